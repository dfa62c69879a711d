/*
 * cmd_update_health.c - the user's own check of a device that was updated. SPDX-License-Identifier:
 * Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "cmd_update_health.h"
#include "cli/cli.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_shell(const char *command)
{
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int fail(int code, const char *why, const char *consequence)
{
    cli_fail_as(&(struct cli_failure){.code = code,
                                      .what = "find the device healthy",
                                      .why = why,
                                      .hint = consequence,
                                      .more = json_pack("{s:s}", "reason", "health")});
    if (code == CLI_INTERRUPTED) { /* which is told without more words */
        fprintf(stderr, "%s.\n", consequence);
    }
    return code;
}

int health_check(const char *command, const char *consequence)
{
    char why[100];
    int status;

    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        run_shell(command);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return fail(CLI_VERIFY, strerror(errno), consequence);
        }
    }
    if (pid < 0) {
        return fail(CLI_VERIFY, strerror(errno), consequence);
    }
    if (WIFSIGNALED(status)) {
        const bool by_user = WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM;
        snprintf(why, sizeof(why), "the check was ended by signal %d", WTERMSIG(status));
        return fail(by_user ? CLI_INTERRUPTED : CLI_VERIFY, why, consequence);
    }
    snprintf(why, sizeof(why), "the check ended with %d", WEXITSTATUS(status));
    return WEXITSTATUS(status) == 0 ? CLI_DONE : fail(CLI_VERIFY, why, consequence);
}
