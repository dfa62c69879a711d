/*
 * parse.c - from argv to a command, its options and its arguments.
 *
 * Words that are not options first name the command ("image upload") and are its arguments from
 * then on. An option is looked up in the command's table, then in the program's.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli/cli_priv.h"
#include "cli/value.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* An option as found on the command line. */
struct found {
    const struct cli_opt *opt;
    struct option_set *set;
    const char *value; /* attached with = or directly behind the letter; NULL: none */
};

static size_t option_count(const struct cli_opt *options)
{
    size_t count = 0;

    while (options != NULL && options[count].name != NULL) {
        count++;
    }
    return count;
}

static int no_memory(void)
{
    return cli_fail(CLI_REFUSED, "out of memory");
}

static int set_begin(struct option_set *set, const struct cli_opt *options, size_t opts_size)
{
    size_t count = option_count(options);

    set->options = options;
    set->opts = calloc(1, opts_size + 1);
    set->given = calloc(count + 1, sizeof(*set->given));
    if (set->opts == NULL || set->given == NULL) {
        return no_memory();
    }
    for (size_t i = 0; i < count; i++) {
        if (cli_value_set_default(&options[i], set->opts) != VALUE_OK) {
            return cli_fail(CLI_REFUSED, "bad default in the table of --%s", options[i].name);
        }
    }
    return PARSE_GO_ON;
}

static void set_end(struct option_set *set)
{
    for (size_t i = 0; set->opts != NULL && i < option_count(set->options); i++) {
        if (set->options[i].type == CLI_REPEAT) {
            struct cli_list *list = (void *)((char *)set->opts + set->options[i].offset);
            free(list->items);
        }
    }
    free(set->opts);
    free(set->given);
    memset(set, 0, sizeof(*set));
}

static int bad_value(const struct parser *parser, const struct cli_opt *opt, const char *text,
                     enum value_fault fault)
{
    char label[80], choices[400] = "";

    if (opt->letter != 0) {
        snprintf(label, sizeof(label), "'-%c' / '--%s'", opt->letter, opt->name);
    } else {
        snprintf(label, sizeof(label), "'--%s'", opt->name);
    }
    if (fault == VALUE_NO_MEMORY) {
        return no_memory();
    }
    if (fault == VALUE_OUT_OF_RANGE) {
        bool limited = opt->min != 0 || opt->max != 0;
        return cli_usage_error(
            &parser->call, "Invalid value for %s: %s is outside %" PRId64 " to %" PRId64 ".", label,
            text, limited ? opt->min : 0, limited ? opt->max : (int64_t)UINT32_MAX);
    }
    if (fault == VALUE_NOT_A_CHOICE) {
        for (int i = 0; opt->choices[i] != NULL; i++) {
            size_t len = strlen(choices);
            snprintf(choices + len, sizeof(choices) - len, "%s'%s'", i == 0 ? "" : ", ",
                     opt->choices[i]);
        }
        return cli_usage_error(&parser->call, "Invalid value for %s: '%s' is not one of %s.", label,
                               text, choices);
    }
    if (fault == VALUE_NOT_A_FLAG) {
        return cli_usage_error(&parser->call, "Invalid value for %s: '%s' is not true or false.",
                               label, text);
    }
    return cli_usage_error(
        &parser->call, "Invalid value for %s: '%s' is not a valid %s.", label, text,
        fault == VALUE_NOT_NUMBER ? "number" : "integer (decimal, 0x.., 0o.. or 0b..)");
}

/* The option of a table that has this name, or with name NULL this letter; NULL: none. */
static const struct cli_opt *look_up(const struct cli_opt *options, const char *name,
                                     size_t name_len, char letter)
{
    for (const struct cli_opt *opt = options; opt != NULL && opt->name != NULL; opt++) {
        if (name != NULL ? strlen(opt->name) == name_len && memcmp(opt->name, name, name_len) == 0
                         : opt->letter == letter) {
            return opt;
        }
    }
    return NULL;
}

static bool find_option(struct parser *parser, const char *name, size_t name_len, char letter,
                        struct found *found)
{
    for (int i = 0; i < SET_COUNT; i++) {
        found->opt = look_up(parser->sets[i].options, name, name_len, letter);
        found->set = &parser->sets[i];
        if (found->opt != NULL) {
            return true;
        }
    }
    return false;
}

/* How many of the words behind an option belong to it. */
static int words_of(const struct cli_opt *opt)
{
    return opt->type == CLI_FLAG ? 0 : opt->values == 0 ? 1 : opt->values;
}

/* Store an option, taking further words from argv as its kind needs. */
static int take_option(struct parser *parser, const struct found *found, int argc, char **argv,
                       int *next)
{
    const struct cli_opt *opt = found->opt;
    int words = words_of(opt);
    const char *value = found->value;
    bool *given = &found->set->given[opt - found->set->options];

    if (opt->once && *given) {
        return cli_usage_error(&parser->call, "Option '--%s' is given twice.", opt->name);
    }
    if (words == 0 && value != NULL && !parser->call.program->go_style) {
        return cli_usage_error(&parser->call, "Option '--%s' does not take a value.", opt->name);
    }
    if (words - (value != NULL) > argc - *next) {
        return cli_usage_error(&parser->call, "Option '--%s' requires %s.", opt->name,
                               words == 1 ? "an argument" : "2 arguments");
    }
    do {
        if (value == NULL && words > 0) {
            value = argv[(*next)++];
        }
        enum value_fault fault = cli_value_set(opt, found->set->opts, value);
        if (fault != VALUE_OK) {
            return bad_value(parser, opt, value, fault);
        }
        value = NULL;
    } while (--words > 0);
    *given = true;
    return PARSE_GO_ON;
}

static int take_long(struct parser *parser, int argc, char **argv, int *next)
{
    const char *name = argv[(*next)++] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    struct found found = {.value = equals != NULL ? equals + 1 : NULL};

    if (find_option(parser, name, len, 0, &found)) {
        return take_option(parser, &found, argc, argv, next);
    }
    if (strcmp(name, "help") == 0) {
        parser->help = true;
        return PARSE_GO_ON;
    }
    if (strcmp(name, "version") == 0 && parser->call.cmd == NULL &&
        parser->call.program->version != NULL) {
        parser->version = true;
        return PARSE_GO_ON;
    }
    return cli_usage_error(&parser->call, "No such option: --%.*s", (int)len, name);
}

static int take_letters(struct parser *parser, int argc, char **argv, int *next)
{
    const char *letters = argv[(*next)++] + 1;

    for (; *letters != '\0'; letters++) {
        struct found found = {0};
        if (!find_option(parser, NULL, 0, *letters, &found)) {
            if (*letters == 'h') {
                parser->help = true;
                return PARSE_GO_ON;
            }
            return cli_usage_error(&parser->call, "No such option: -%c", *letters);
        }
        const bool has_equals = letters[1] == '=' && parser->call.program->go_style;
        const bool is_last = found.opt->type != CLI_FLAG || has_equals;
        if (is_last && letters[1] != '\0') {
            found.value = letters + 1 + has_equals;
        }
        int rc = take_option(parser, &found, argc, argv, next);
        if (rc != PARSE_GO_ON || is_last) {
            return rc;
        }
    }
    return PARSE_GO_ON;
}

enum path_match cli_path_compare(const char *path, char *const *words, int word_count)
{
    for (int i = 0; i < word_count; i++) {
        size_t len = strlen(words[i]);
        if (len == 0 || strncmp(path, words[i], len) != 0 ||
            (path[len] != ' ' && path[len] != '\0')) {
            return PATH_NO;
        }
        path += len;
        if (*path == '\0') {
            return i + 1 == word_count ? PATH_EQUAL : PATH_NO;
        }
        path++;
    }
    return PATH_LONGER;
}

/* ---- The command may stand behind its own options (go_style) ---- */

static const struct cli_opt *look_up_anywhere(const struct cli_program *program, const char *name,
                                              size_t name_len, char letter)
{
    const struct cli_opt *opt = look_up(program->options, name, name_len, letter);

    for (const struct cli_cmd *const *cmd = program->commands; *cmd != NULL && opt == NULL; cmd++) {
        opt = look_up((*cmd)->options, name, name_len, letter);
    }
    return opt;
}

/* How many words an option takes up, itself included, as far as any table knows it. */
static int words_taken(const struct cli_program *program, const char *word)
{
    if (strchr(word, '=') != NULL) {
        return 1;
    }
    if (word[1] == '-') {
        const struct cli_opt *opt = look_up_anywhere(program, word + 2, strlen(word + 2), 0);
        return opt != NULL ? 1 + words_of(opt) : 1;
    }
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct cli_opt *opt = look_up_anywhere(program, NULL, 0, *letter);
        if (opt != NULL && opt->type != CLI_FLAG) {
            return letter[1] != '\0' ? 1 : 1 + words_of(opt);
        }
    }
    return 1;
}

/* Is there a command whose path these words are, or begin? */
static bool is_path(const struct cli_program *program, char *const *words, int count)
{
    for (const struct cli_cmd *const *cmd = program->commands; *cmd != NULL; cmd++) {
        if (cli_path_compare((*cmd)->path, words, count) != PATH_NO) {
            return true;
        }
    }
    return false;
}

/* Move the words that name the command in front of all options, which keep their order. */
static void move_command_first(const struct cli_program *program, char **words, int argc,
                               char **argv)
{
    int count = 0;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0;) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            i += words_taken(program, argv[i]);
            continue;
        }
        words[count] = argv[i];
        if (!is_path(program, words, count + 1)) {
            return;
        }
        count++;
        memmove(&argv[count + 1], &argv[count], (size_t)(i - count) * sizeof(*argv));
        argv[count] = words[count - 1];
        i++;
    }
}

static bool any_given(const struct option_set *set)
{
    for (size_t i = 0; i < option_count(set->options); i++) {
        if (set->given[i]) {
            return true;
        }
    }
    return false;
}

/* The verbs that begin with the words so far, without these: "list, upload". */
static void list_verbs(const struct parser *parser, int word_count, char *text, size_t cap)
{
    size_t len = 0, done = 0;

    for (int i = 0; i < word_count; i++) {
        done += strlen(parser->words[i]) + 1;
    }
    text[0] = '\0';
    for (const struct cli_cmd *const *cmd = parser->call.program->commands; *cmd != NULL; cmd++) {
        if (len < cap && cli_path_compare((*cmd)->path, parser->words, word_count) == PATH_LONGER) {
            len += (size_t)snprintf(text + len, cap - len, "%s%s", len > 0 ? ", " : "",
                                    (*cmd)->path + done);
        }
    }
}

/* The words name no command; all but the last may name a group of commands. */
static int no_such_command(const struct parser *parser)
{
    const int before = parser->word_count - 1;
    char verbs[300];

    if (before == 0) {
        return cli_usage_error(&parser->call, "No such command '%s'.", parser->words[0]);
    }
    list_verbs(parser, before, verbs, sizeof(verbs));
    return cli_usage_error(&parser->call, "No such command '%s %s'; '%s' has %s.", parser->words[0],
                           parser->words[before], parser->words[0], verbs);
}

/* A word that is not an option: part of the command's path if some path has it, or an argument. */
static int take_word(struct parser *parser, char *word)
{
    struct option_set *set = &parser->sets[SET_COMMAND];
    bool longer = false;

    if (parser->word_count == 0 && !parser->help_verb && strcmp(word, "help") == 0) {
        parser->help_verb = true;
        return PARSE_GO_ON;
    }
    parser->words[parser->word_count++] = word;
    if (parser->path_words != parser->word_count - 1 && parser->call.cmd != NULL) {
        return PARSE_GO_ON;
    }
    for (const struct cli_cmd *const *cmd = parser->call.program->commands; *cmd != NULL; cmd++) {
        enum path_match match = cli_path_compare((*cmd)->path, parser->words, parser->word_count);
        longer = longer || match == PATH_LONGER;
        if (match == PATH_EQUAL && !any_given(set)) {
            set_end(set);
            parser->call.cmd = *cmd;
            parser->path_words = parser->word_count;
            return set_begin(set, (*cmd)->options, (*cmd)->opts_size);
        }
    }
    if (parser->call.cmd == NULL && !longer) {
        return no_such_command(parser);
    }
    return PARSE_GO_ON;
}

static int take_all(struct parser *parser, int argc, char **argv)
{
    bool options_ended = false;
    int rc = PARSE_GO_ON;

    for (int next = 1; next < argc && rc == PARSE_GO_ON && !parser->help && !parser->version;) {
        const char *word = argv[next];
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            rc = take_word(parser, argv[next++]);
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
            next++;
        } else if (word[1] == '-') {
            rc = take_long(parser, argc, argv, &next);
        } else {
            rc = take_letters(parser, argc, argv, &next);
        }
    }
    return rc;
}

static int check_required(const struct parser *parser)
{
    for (int i = 0; i < SET_COUNT; i++) {
        const struct option_set *set = &parser->sets[i];
        for (size_t j = 0; j < option_count(set->options); j++) {
            const struct cli_opt *opt = &set->options[j];
            if (!opt->required || set->given[j]) {
                continue;
            }
            if (opt->letter == 0) {
                return cli_usage_error(&parser->call, "Missing option '--%s'.", opt->name);
            }
            return cli_usage_error(&parser->call, "Missing option '-%c' / '--%s'.", opt->letter,
                                   opt->name);
        }
    }
    return PARSE_GO_ON;
}

/* The next name in "INFILE [OUTFILE]"; its length, 0 at the end. */
static size_t next_name(const char **names)
{
    *names += strspn(*names, " ");
    return strcspn(*names, " ");
}

/* More words than the command has names for. */
static int take_spare_words(struct cli_call *call, int wanted)
{
    const enum cli_spare spare = call->cmd->spare;
    const bool lenient = call->program->is_lenient != NULL && call->program->is_lenient();

    if (spare == CLI_SPARE_NEVER || (spare == CLI_SPARE_WRONG && !lenient)) {
        return cli_usage_error(call, "Got unexpected extra argument (%s)", call->args[wanted]);
    }
    if (!lenient) {
        cli_warn("'%s' has no use for '%s'", call->cmd->path, call->args[wanted]);
    }
    call->argc = wanted;
    return PARSE_GO_ON;
}

static int check_arguments(struct parser *parser)
{
    struct cli_call *call = &parser->call;
    const char *name = call->cmd->args != NULL ? call->cmd->args : "";
    int count = 0;
    size_t len;

    while ((len = next_name(&name)) > 0) {
        bool repeated = len > 3 && strncmp(name + len - 3, "...", 3) == 0;
        if (count >= call->argc && name[0] != '[') {
            return cli_usage_error(call, "Missing argument '%.*s'.", (int)len, name);
        }
        if (repeated) {
            return PARSE_GO_ON;
        }
        count++;
        name += len;
    }
    return count < call->argc ? take_spare_words(call, count) : PARSE_GO_ON;
}

/* The words end before they name a command. Nothing at all is a question for help. */
static int without_command(const struct parser *parser, int argc)
{
    const struct cli_program *program = parser->call.program;
    const bool lenient = program->is_lenient != NULL && program->is_lenient();
    char verbs[300];

    if (parser->help || argc <= 1 || (parser->word_count == 0 && !program->go_style) || lenient) {
        cli_print_program_help(parser);
        return CLI_DONE;
    }
    if (parser->word_count == 0) {
        return cli_usage_error(&parser->call, "There is no command.");
    }
    list_verbs(parser, parser->word_count, verbs, sizeof(verbs));
    return cli_usage_error(&parser->call, "'%s' needs a verb: %s.", parser->words[0], verbs);
}

int cli_parse_arguments(struct parser *parser, int argc, char **argv)
{
    const struct cli_program *program = parser->call.program;
    int rc = set_begin(&parser->sets[SET_COMMON], program->options, program->opts_size);

    parser->words = calloc((size_t)argc + 1, sizeof(*parser->words));
    if (parser->words == NULL) {
        return no_memory();
    }
    if (program->go_style) {
        move_command_first(program, parser->words, argc, argv);
    }
    if (rc == PARSE_GO_ON) {
        rc = take_all(parser, argc, argv);
    }
    if (rc != PARSE_GO_ON) {
        return rc;
    }
    if (parser->version) {
        puts(program->version);
        return CLI_DONE;
    }
    parser->help = parser->help || parser->help_verb;
    if (parser->call.cmd == NULL) {
        return without_command(parser, argc);
    }
    if (parser->help) {
        cli_print_command_help(parser);
        return CLI_DONE;
    }
    parser->call.opts = parser->sets[SET_COMMAND].opts;
    parser->call.common = parser->sets[SET_COMMON].opts;
    parser->call.argc = parser->word_count - parser->path_words;
    parser->call.args = parser->words + parser->path_words;
    rc = check_arguments(parser);
    return rc == PARSE_GO_ON ? check_required(parser) : rc;
}

void cli_parse_end(struct parser *parser)
{
    for (int i = 0; i < SET_COUNT; i++) {
        set_end(&parser->sets[i]);
    }
    free(parser->words);
}
