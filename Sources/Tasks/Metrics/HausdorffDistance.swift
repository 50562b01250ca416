/// The 95 % Hausdorff distance, in pixels: of the predicted edge pixels' distances from the nearest true ones the 95th
/// percentile, likewise the other way round, and the larger of both, as in MONAI's `HausdorffDistanceMetric` and "Metrics
/// Reloaded" (Maier-Hein, Reinke et al. 2024). (MedPy's `hd95` takes the percentile of both lists together.)
enum HausdorffDistance {
    static func value95(found: SquaredDistances, wanted: SquaredDistances) -> Double {
        max(found.quantile(0.95), wanted.quantile(0.95))
    }
}
