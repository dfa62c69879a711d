/*
 * help.c - help pages from the tables. SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli_priv.h"
#include <string.h>

#define COLUMN 30 /* where explanations begin */
#define WIDTH  90

void cli_print_usage_line(FILE *out, const struct cli_program *program, const struct cli_cmd *cmd)
{
    bool has_args = cmd != NULL && cmd->args != NULL;

    fprintf(out, "Usage: %s %s%s%s\n", program->name, cmd != NULL ? cmd->path : "",
            cmd != NULL ? " [OPTIONS] " : "[OPTIONS] COMMAND [ARGS]...", has_args ? cmd->args : "");
}

/* Print text in a column, broken between words; the cursor is at `at` of the first line. */
static void print_column(int at, int column, const char *text)
{
    int room = WIDTH - column;

    if (at >= column) {
        printf("\n");
        at = 0;
    }
    while (*text != '\0') {
        int len = (int)strlen(text);
        if (len > room) {
            len = room;
            while (len > 0 && text[len] != ' ') {
                len--;
            }
            len = len > 0 ? len : (int)strcspn(text, " ");
        }
        printf("%*s%.*s\n", column - at, "", len, text);
        text += len;
        text += strspn(text, " ");
        at = 0;
    }
}

/* "-k, --key FILE" in a buffer. */
static int print_name(char *out, size_t cap, const struct cli_opt *opt)
{
    int len = opt->letter != 0 ? snprintf(out, cap, "-%c, --%s", opt->letter, opt->name)
                               : snprintf(out, cap, "--%s", opt->name);

    if (opt->type == CLI_CHOICE) {
        for (int i = 0; opt->choices[i] != NULL; i++) {
            len +=
                snprintf(out + len, cap - (size_t)len, "%c%s", i == 0 ? ' ' : '|', opt->choices[i]);
        }
    } else if (opt->type != CLI_FLAG) {
        len += snprintf(out + len, cap - (size_t)len, " %s", opt->arg != NULL ? opt->arg : "VALUE");
    }
    return len;
}

static void print_option(const struct cli_opt *opt)
{
    char name[300], text[700];

    if (opt->hidden) {
        return;
    }
    print_name(name, sizeof(name), opt);
    snprintf(text, sizeof(text), "%s%s%s%s%s", opt->help, opt->def != NULL ? " [default: " : "",
             opt->def != NULL ? opt->def : "", opt->def != NULL ? "]" : "",
             opt->required ? " [required]" : "");
    print_column(printf("  %s  ", name), COLUMN, text);
}

static void print_options(const char *title, const struct cli_opt *options)
{
    if (options == NULL || options[0].name == NULL) {
        return;
    }
    printf("\n%s:\n", title);
    for (; options->name != NULL; options++) {
        print_option(options);
    }
}

static void print_help_option(void)
{
    static const struct cli_opt help = {
        .name = "help", .letter = 'h', .type = CLI_FLAG, .help = "Show this text"};

    print_option(&help);
}

void cli_print_program_help(const struct parser *parser)
{
    const struct cli_program *program = parser->call.program;

    cli_print_usage_line(stdout, program, NULL);
    printf("\n%s\n\nCommands:\n", program->help);
    for (const struct cli_cmd *const *cmd = program->commands; *cmd != NULL; cmd++) {
        if (cli_path_compare((*cmd)->path, parser->words, parser->word_count) != PATH_NO) {
            print_column(printf("  %s  ", (*cmd)->path), COLUMN, (*cmd)->help);
        }
    }
    print_options("Options", program->options);
    printf(program->options == NULL ? "\nOptions:\n" : "");
    print_help_option();
    if (program->version != NULL) {
        print_column(printf("  --version  "), COLUMN, "Show the version");
    }
    printf("\nTry '%s COMMAND --help'%s for the options of a command.\n", program->name,
           program->go_style ? " or 'help COMMAND'" : "");
}

void cli_print_command_help(const struct parser *parser)
{
    const struct cli_program *program = parser->call.program;
    const struct cli_cmd *cmd = parser->call.cmd;

    cli_print_usage_line(stdout, program, cmd);
    printf("\n");
    print_column(0, 2, cmd->help);
    if (cmd->more != NULL) {
        printf("\n");
        print_column(0, 2, cmd->more);
    }
    print_options("Options", cmd->options);
    if (cmd->options == NULL) {
        printf("\nOptions:\n");
    }
    print_help_option();
    print_options("Options of every command", program->options);
}
