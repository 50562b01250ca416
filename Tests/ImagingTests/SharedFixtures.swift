// Written by make_fixtures.py with Pillow 13.0.0; do not edit.
// swift-format-ignore-file

extension SharedPicture {
    static let all = [
        SharedPicture(
            path: "pets/images/Abyssinian_1.jpg",
            width: 600, height: 400, sum: 50096235, resizedSum: 641302,
            resizedCorner: [32, 40, 29],
            samples: [(120, 240, [65, 70, 50]), (240, 80, [109, 121, 101]), (360, 320, [42, 46, 32])]),
        SharedPicture(
            path: "pets/images/Abyssinian_10.jpg",
            width: 375, height: 500, sum: 38864705, resizedSum: 636853,
            resizedCorner: [11, 13, 12],
            samples: [(75, 300, [134, 100, 63]), (150, 100, [127, 110, 94]), (225, 400, [37, 46, 63])]),
        SharedPicture(
            path: "pets/images/Abyssinian_5.jpg",
            width: 200, height: 150, sum: 9428563, resizedSum: 964813,
            resizedCorner: [212, 198, 202],
            samples: [(40, 90, [91, 64, 57]), (80, 30, [142, 102, 58]), (120, 120, [152, 130, 102])]),
        SharedPicture(
            path: "pets/images/Abyssinian_120.jpg",
            width: 267, height: 400, sum: 28154387, resizedSum: 809818,
            resizedCorner: [69, 37, 8],
            samples: [(53, 240, [147, 69, 0]), (106, 80, [233, 170, 93]), (160, 320, [212, 179, 138])]),
        SharedPicture(
            path: "pets/images/Abyssinian_127.jpg",
            width: 266, height: 400, sum: 73477890, resizedSum: 2121605,
            resizedCorner: [227, 220, 226],
            samples: [(53, 240, [248, 241, 248]), (106, 80, [248, 241, 248]), (159, 320, [147, 122, 102])]),
        SharedPicture(
            path: "nuclei/images/00ae65c1c6631ae6f2be1a449902976e6eb8483bf6b0740d00530220832c6d3e.png",
            width: 320, height: 256, sum: 42971358, resizedSum: 1611455,
            resizedCorner: [142, 82, 170],
            samples: [(64, 153, [213, 205, 213]), (128, 51, [164, 133, 178]), (192, 204, [206, 211, 206])]),
        SharedPicture(
            path: "membranes/images/0.png",
            width: 512, height: 512, sum: 107914260, resizedSum: 1264539,
            resizedCorner: [118, 118, 118],
            samples: [(102, 307, [129, 129, 129]), (204, 102, [178, 178, 178]), (307, 409, [130, 130, 130])]),
    ]
}

extension SharedMask {
    static let all = [
        SharedMask(
            path: "pets/annotations/trimaps/Abyssinian_1.png",
            counts: [1: 22938, 2: 198766, 3: 18296], nearestSum: 1512),
        SharedMask(
            path: "nuclei/masks/00ae65c1c6631ae6f2be1a449902976e6eb8483bf6b0740d00530220832c6d3e.png",
            counts: [0: 52545, 1: 29375], nearestSum: 272),
        SharedMask(
            path: "membranes/masks/0.png",
            counts: [0: 57492, 255: 204652], nearestSum: 150960),
        SharedMask(
            path: "camvid/valannot/0016E5_07959.png",
            counts: [0: 15008, 1: 52841, 2: 383, 3: 49063, 4: 15252, 5: 25472, 6: 716, 7: 4141,
                8: 6054, 9: 912, 10: 2279, 11: 679], nearestSum: 2218),
    ]
}
