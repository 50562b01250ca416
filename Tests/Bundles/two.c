/* Two bundles in one program: the test of each, one after the other. Arguments: those of the first, --, those of the second. */
#include <string.h>

int first_main(int argc, char **argv);
int second_main(int argc, char **argv);

int main(int argc, char **argv) {
    int split = 1;
    while (split < argc && strcmp(argv[split], "--") != 0) split += 1;
    if (split == argc) return 2;
    return first_main(split, argv) || second_main(argc - split, argv + split) || first_main(split, argv);
}
