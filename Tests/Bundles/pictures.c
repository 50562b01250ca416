/* Masks of pictures of any format.
 *
 *   pictures weights < list
 *
 * Each line of the list: format width height pixels mask, of which the last two are paths. */
#include "net.h"

#include "bundle_files.h"

int main(int argc, char **argv) {
    size_t weight_bytes;
    uint8_t *weights;
    char from[1024], to[1024];
    int format, width, height, count = 0;
    expect(argc > 1, "expected the path of the weights", argc);
    weights = read_file(argv[1], &weight_bytes);
    while (scanf("%d %d %d %1023s %1023s", &format, &width, &height, from, to) == 5) {
        size_t bytes = net_arena_bytes_for_picture(1, width, height, format), picture_bytes;
        size_t mask_bytes = (size_t)width * (size_t)height * NET_MASK_CHANNELS;
        void *arena = take(bytes);
        uint8_t *picture = read_file(from, &picture_bytes), *mask = (uint8_t *)take(mask_bytes);
        int error = net_init(arena, bytes, 1, weights, weight_bytes);
#ifdef THRESHOLD
        if (!error) error = net_set_threshold(arena, THRESHOLD);
#endif
        if (!error) error = net_segment(arena, picture, width, height, 0, format, mask, 0);
        expect(error == 0, net_error_text(error), error);
        write_file(to, mask, mask_bytes);
        free(arena);
        free(picture);
        free(mask);
        count += 1;
    }
    printf("%d pictures\n", count);
    free(weights);
    return 0;
}
