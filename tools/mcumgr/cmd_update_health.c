/*
 * cmd_update_health.c - the user's own check of a device that was updated.
 * SPDX-License-Identifier: Apache-2.0
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

static int fail(struct twin_error *error, const char *consequence)
{
    twin_error_what(error, "find the device healthy");
    twin_error_hint(error, "%s", consequence);
    twin_error_reason(error, "health");
    cli_fail_error(error);
    if (error->code == TWIN_ERROR_INTERRUPTED) { /* which is told without more words */
        fprintf(stderr, "%s.\n", consequence);
    }
    return (int)error->code;
}

/* Run the command to its end. */
static enum twin_error_code run_to_end(const char *command, struct twin_error *error)
{
    int status;

    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        run_shell(command);
    }
    pid_t ended;
    do {
        ended = pid < 0 ? pid : waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) {
        return twin_error_set(error, TWIN_ERROR_VERIFY, "%s", strerror(errno));
    }
    if (WIFSIGNALED(status)) {
        const bool by_user = WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM;
        return twin_error_set(error, by_user ? TWIN_ERROR_INTERRUPTED : TWIN_ERROR_VERIFY,
                              "the check was ended by signal %d", WTERMSIG(status));
    }
    return WEXITSTATUS(status) == 0
               ? TWIN_ERROR_NONE
               : twin_error_set(error, TWIN_ERROR_VERIFY, "the check ended with %d",
                                WEXITSTATUS(status));
}

int health_check(const char *command, const char *consequence)
{
    struct twin_error error;

    return run_to_end(command, &error) == TWIN_ERROR_NONE ? CLI_DONE : fail(&error, consequence);
}
