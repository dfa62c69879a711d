/*
 * once.c - run a program once and print its seconds and the most memory it held, in KiB. Small, so
 * that what the system counts for the program before it is loaded is small too.
 * usage: once PROGRAM [ARGUMENT...] SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    double begin = now_s();
    pid_t child = argc > 1 ? fork() : -1;

    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0) {
            execvp(argv[1], &argv[1]);
        }
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
        fprintf(stderr, "once: it failed: %s\n", argc > 1 ? argv[1] : "no program");
        return 1;
    }
    printf("%.6f %ld\n", now_s() - begin, usage.ru_maxrss);
    return 0;
}
