/*
 * progress.c - how far a transfer is, on stderr. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "cli/cli.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_MS     200
#define PLAIN_PERCENT 10

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void cli_progress_begin(struct cli_progress *progress, const char *label, uint64_t total)
{
    memset(progress, 0, sizeof(*progress));
    progress->label = label;
    progress->total = total;
    progress->terminal = isatty(STDERR_FILENO) == 1;
    progress->start_ms = now_ms();
}

static unsigned percent(const struct cli_progress *progress)
{
    return progress->total == 0 ? 100 : (unsigned)(progress->done * 100 / progress->total);
}

/* The rate counts what was done since the first call: a resumed transfer did not send the rest. */
static void show(struct cli_progress *progress, int64_t now)
{
    uint64_t sent = progress->done - progress->first;
    double seconds = (double)(now - progress->start_ms) / 1000;
    double rate = seconds > 0 ? (double)sent / seconds : 0;
    uint64_t left = progress->total - progress->done;

    fprintf(stderr, "%s%s: %3u%% of %.1f KiB, %.1f KiB/s", progress->terminal ? "\r" : "",
            progress->label, percent(progress), (double)progress->total / 1024, rate / 1024);
    if (left == 0) {
        fprintf(stderr, ", %.1f s", seconds);
    } else if (rate > 0) {
        fprintf(stderr, ", %.0f s left", (double)left / rate);
    }
    fputs(progress->terminal ? "\x1b[K" : "\n", stderr);
    progress->shown_ms = now;
    progress->shown_percent = percent(progress);
}

void cli_progress_set(struct cli_progress *progress, uint64_t done)
{
    int64_t now = now_ms();

    progress->done = done < progress->total ? done : progress->total;
    if (!progress->started) {
        progress->started = true;
        progress->first = progress->done;
        progress->shown_percent = percent(progress);
        progress->shown_ms = now;
        return;
    }
    if (progress->done < progress->first) {
        progress->first = progress->done;
    }
    bool due = progress->terminal ? now - progress->shown_ms >= REDRAW_MS
                                  : percent(progress) >= progress->shown_percent + PLAIN_PERCENT;
    if (due && progress->done < progress->total) {
        show(progress, now);
    }
}

void cli_progress_end(struct cli_progress *progress)
{
    if (!progress->started) {
        return;
    }
    show(progress, now_ms());
    if (progress->terminal) {
        fputc('\n', stderr);
    }
    progress->started = false;
}
