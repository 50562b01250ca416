#include "png_shared.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A mark is the file's last chunk but IEND, of the type tEXt: "Software", a zero byte, MARK and the digest of all bytes
 * before the chunk, as hexadecimal digits. */
static const char KEYWORD[] = "Software";
static const char MARK[] = "unetc; sha256 of all bytes before this chunk: ";
static const uint8_t END[12] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
enum {
    DIGITS = 2 * SHA256_DIGEST_LENGTH,
    DATA = sizeof KEYWORD + sizeof MARK - 1 + DIGITS,
    /* Length and type before the data, a checksum behind. */
    CHUNK = 8 + DATA + 4,
    TAIL = CHUNK + sizeof END,
    BLOCK = 1 << 16
};

static void make_data(uint8_t *data, SHA2_CTX *sum) {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, sum);
    memcpy(data, KEYWORD, sizeof KEYWORD);
    memcpy(data + sizeof KEYWORD, MARK, sizeof MARK - 1);
    uint8_t *digits = data + DATA - DIGITS;
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        digits[2 * i] = (uint8_t)"0123456789abcdef"[digest[i] >> 4];
        digits[2 * i + 1] = (uint8_t)"0123456789abcdef"[digest[i] & 15];
    }
}

void image_codec_png_mark(png_structp png, SHA2_CTX *sum) {
    static const png_byte type[5] = "tEXt";
    uint8_t data[DATA];
    make_data(data, sum);
    png_write_chunk(png, type, data, DATA);
}

/* Whether `count` bytes at `offset` could be read. */
static int read_all(int descriptor, uint8_t *target, size_t count, off_t offset) {
    while (count > 0) {
        ssize_t got = pread(descriptor, target, count, offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 0;
        target += got;
        offset += got;
        count -= (size_t)got;
    }
    return 1;
}

int image_codec_png_is_marked(int descriptor) {
    struct stat status;
    uint8_t tail[TAIL];
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= TAIL) return 0;
    off_t body = status.st_size - TAIL;
    if (!read_all(descriptor, tail, TAIL, body)) return 0;
    static const uint8_t head[8] = {0, 0, 0, DATA, 't', 'E', 'X', 't'};
    if (memcmp(tail, head, sizeof head) != 0 || memcmp(tail + CHUNK, END, sizeof END) != 0) return 0;
    /* Only now, since most files that are no results end here. */
    uint8_t block[BLOCK];
    SHA2_CTX sum;
    SHA256Init(&sum);
    for (off_t place = 0; place < body;) {
        size_t count = body - place < BLOCK ? (size_t)(body - place) : BLOCK;
        if (!read_all(descriptor, block, count, place)) return 0;
        SHA256Update(&sum, block, count);
        place += (off_t)count;
    }
    uint8_t data[DATA];
    make_data(data, &sum);
    return memcmp(tail + sizeof head, data, DATA) == 0;
}
