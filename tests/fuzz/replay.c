/*
 * replay.c - main() for a fuzz harness without libFuzzer: an ordinary test.
 *
 *     fuzz_image CHANGES FILE|FOLDER...
 *
 * Runs the harness over every file as it is, cut at many places, and with CHANGES random changes
 * of one to four bytes. The random numbers are the same in each run, so a failure repeats.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "replay.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX 200000
#define CUTS     40 /* places to cut a file at */

static unsigned long runs;
static uint32_t state = 1;

/* xorshift: small, and the same everywhere. */
static uint32_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* A copy of exactly this size, so that the sanitizer sees every byte read beyond the end. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len + 1);

    if (copy == NULL) {
        abort();
    }
    uint8_t *exact = copy + 1; /* not aligned, as the parsers must not ask for it */
    memcpy(exact, data, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(copy);
    runs++;
}

static void run_changed(uint8_t *data, size_t len, unsigned long changes)
{
    uint8_t saved[4];
    size_t at[4];

    for (unsigned long i = 0; len > 0 && i < changes; i++) {
        unsigned bytes = 1 + next_random() % 4;
        for (unsigned j = 0; j < bytes; j++) {
            /* Heads and tails hold the structure. */
            size_t range = next_random() % 3 == 0 || len < 128 ? len : 64;
            size_t offset = next_random() % range;
            at[j] = next_random() % 2 == 0 ? offset : len - 1 - offset;
            saved[j] = data[at[j]];
            data[at[j]] = (uint8_t)(next_random() % 2 == 0 ? next_random()
                                                           : data[at[j]] ^ 1u << next_random() % 8);
        }
        run(data, len);
        for (unsigned j = bytes; j-- > 0;) {
            data[at[j]] = saved[j];
        }
    }
}

static void run_file(const char *path, unsigned long changes)
{
    uint8_t *data = malloc(FILE_MAX);
    FILE *file = fopen(path, "rb");

    if (file == NULL || data == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size_t len = fread(data, 1, FILE_MAX, file);
    fclose(file);
    run(data, len);
    for (size_t cut = 0; cut < CUTS; cut++) {
        run(data, len * cut / CUTS);
        run(data, cut < len ? cut : len);
        run(data, cut < len ? len - cut : 0);
    }
    run_changed(data, len, changes);
    free(data);
}

static void run_path(const char *path, unsigned long changes)
{
    struct dirent **entries;
    struct stat info;

    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        run_file(path, changes);
        return;
    }
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char name[1000];
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            run_file(name, changes);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

int main(int argc, char **argv)
{
    unsigned long changes = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

    for (int i = 2; i < argc; i++) {
        run_path(argv[i], changes);
    }
    printf("%lu inputs\n", runs);
    return runs == 0;
}
