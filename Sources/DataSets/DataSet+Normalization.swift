import Imaging
import Tasks
import TrainerSupport

extension DataSet {
    /// A sample's picture, or a piece of it, with what the net is fed of its numbers.
    func planes(_ samples: SizedPicture.Samples, of index: Int) -> PicturePlanes {
        var planes = range.planes(samples)
        var moments = self.samples[index].moments
        // Drawn pictures come from no file.
        if normalization.needsMoments && moments.isEmpty { moments = planes.moments(channels: shape.channels) }
        normalization.apply(to: &planes, channels: shape.channels, moments: moments)
        return planes
    }

    /// Takes the normalisation that a run remembers, or settles it by the pictures that train; after the range.
    ///
    /// - Parameter pairs: the files of the samples, in their order; none for samples that were drawn.
    /// - Throws: `TrainerError` for nets that learn pictures, and files that are no longer what they were.
    mutating func settleNormalization(_ settings: DataSettings, pairs: [SurveyedPair]) throws {
        normalization = try settings.normalization ?? settled(settings.normalizationSetting, pairs: pairs)
        guard shape.task.needsMasks || normalization == .range else {
            throw TrainerError(
                "--normalize \(settings.normalizationSetting.rawValue): the net learns the pictures themselves, from 0 to 1",
                hint: "leave out --normalize")
        }
        if case .scales(let scales) = normalization, scales.count != shape.channels {
            throw TrainerError(
                "--normalize mean-std: the run has numbers for \(scales.count) channels, the net has \(shape.channels)")
        }
    }

    private func settled(_ setting: NormalizationSetting, pairs: [SurveyedPair]) throws -> Normalization {
        switch setting {
        case .none: return .none
        case .range: return .range
        case .perPicture: return .perPicture
        case .meanStd:
            var sums = Array(repeating: Moments(), count: shape.channels)
            for index in training.isEmpty ? Array(samples.indices) : training {
                let (moments, span) = try moments(of: index, pairs: pairs)
                for (channel, mine) in moments.enumerated() { sums[channel].add(mine.scaled(by: span)) }
            }
            // Of numbers from 0 to 1 by now.
            return .scales(sums.map { ChannelScale($0, span: .units) })
        }
    }

    /// Of a picture's numbers as its file has them, and what of these becomes 0 and 1.
    private func moments(of index: Int, pairs: [SurveyedPair]) throws -> ([Moments], NumberSpan) {
        if pairs.count == samples.count, !samples[index].moments.isEmpty {
            return (samples[index].moments, range.span(pairs[index].facts.depth))
        }
        let planes = try whole(index).picture
        return (planes.moments(channels: shape.channels), planes.span)
    }
}
