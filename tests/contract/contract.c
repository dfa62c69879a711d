/*
 * contract.c - does a board keep what ports/board.h promises? A program in the place of the
 * application, the same for every board. Much of the contract is about starting, so it starts six
 * times, and remembers in flash how often it has. contract.py runs it: sends it bytes, cuts its
 * power, and reads what it says.
 *
 * It writes to the first four pages of the second slot. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "print.h"
#include <string.h>

#define SAY         "contract: "
#define PATIENCE_MS 60000u /* for bytes that have been asked for */
#define NOT_READING 500u   /* ms in which bytes have to wait */
#define ANSWER_LEN  1024u
#define WATCHDOG_MS 3000u

static unsigned failures; /* of the present check */

static void expect(bool holds, const char *what, uint32_t line)
{
    if (!holds) {
        failures++;
        twin_print(SAY "line ");
        twin_print_dec(line);
        twin_print(" does not hold: ");
        twin_print(what);
        twin_print("\n");
    }
}
#define EXPECT(claim) expect(claim, #claim, __LINE__)

/* ---- Flash: four pages of the second slot; the first one counts the starts ---- */

static const struct twin_area *slot(void)
{
    return &twin_board_map.images->area[TWIN_SECONDARY];
}

/* Address of one of the pages in the device. */
static uint32_t page(uint32_t number)
{
    return slot()->addr + number * slot()->flash->page_bytes;
}

/* The driver itself: twin_area_write() and its like are tested elsewhere, and guard it. */
static twin_err_t flash_read(uint32_t addr, void *buf, size_t len)
{
    return slot()->flash->read(slot()->flash->ctx, addr, buf, len);
}

static twin_err_t flash_write(uint32_t addr, const void *buf, size_t len)
{
    return slot()->flash->write(slot()->flash->ctx, addr, buf, len);
}

static twin_err_t flash_erase(uint32_t addr, uint32_t len)
{
    return slot()->flash->erase(slot()->flash->ctx, addr, len);
}

typedef uint8_t (*value_fn)(uint32_t addr);

/* What this test writes to an address: all values, different in each page. */
static uint8_t pattern(uint32_t addr)
{
    return (uint8_t)(addr ^ addr >> 8 ^ addr >> 16);
}

/* What it writes for each start. */
static uint8_t counted(uint32_t addr)
{
    (void)addr;
    return 0x5a;
}

static uint8_t erased(uint32_t addr)
{
    (void)addr;
    return slot()->flash->erased;
}

/* Does flash hold this from addr on? */
static bool holds(uint32_t addr, uint32_t len, value_fn value)
{
    for (uint32_t off = 0; off < len; off++) {
        uint8_t byte;
        if (flash_read(addr + off, &byte, 1) != TWIN_OK || byte != value(addr + off)) {
            return false;
        }
    }
    return true;
}

static bool page_holds(uint32_t number, value_fn value)
{
    return holds(page(number), slot()->flash->page_bytes, value);
}

/* Write `len` bytes at once, from memory that is not aligned. */
static bool write_values(uint32_t addr, uint32_t len, value_fn value)
{
    uint8_t room[1 + 4 * TWIN_FLASH_WRITE_MAX], *bytes = room + 1;

    for (uint32_t off = 0; off < len; off++) {
        bytes[off] = value(addr + off);
    }
    return flash_write(addr, bytes, len) == TWIN_OK;
}

static bool write_pattern(uint32_t addr, uint32_t len)
{
    return write_values(addr, len, pattern);
}

static void flash_shape(void)
{
    const struct twin_flash *flash = slot()->flash;

    EXPECT(twin_map_check(&twin_board_map) == TWIN_OK);
    EXPECT(flash->erased == 0xff || flash->erased == 0);
    EXPECT(flash->write_bytes >= 1 && flash->write_bytes <= TWIN_FLASH_WRITE_MAX);
    EXPECT((flash->write_bytes & (flash->write_bytes - 1)) == 0);
    EXPECT(flash->page_bytes % flash->write_bytes == 0);
    EXPECT(flash->size % flash->page_bytes == 0);
}

static void flash_is_erased(void)
{
    EXPECT(flash_erase(page(1), 3 * slot()->flash->page_bytes) == TWIN_OK);
    EXPECT(holds(page(1), 3 * slot()->flash->page_bytes, erased));
}

/* A whole page, so many units at once; false if any was refused. */
static bool fill(uint32_t number, uint32_t units)
{
    const uint32_t len = units * slot()->flash->write_bytes;
    bool taken = true;

    for (uint32_t off = 0; off < slot()->flash->page_bytes; off += len) {
        taken = write_pattern(page(number) + off, len) && taken;
    }
    return taken;
}

/* The page between the two must not notice. */
static void flash_is_written(void)
{
    EXPECT(fill(1, 1));
    EXPECT(fill(3, 4));
    EXPECT(page_holds(1, pattern));
    EXPECT(page_holds(2, erased));
    EXPECT(page_holds(3, pattern));
}

static void flash_is_read_anywhere(void)
{
    uint8_t bytes[64];

    for (uint32_t off = 0; off < 8; off++) {
        for (uint32_t len = 1; len <= sizeof(bytes) - off; len++) {
            bool same = flash_read(page(1) + off, bytes + off, len) == TWIN_OK;
            for (uint32_t i = 0; i < len; i++) {
                same = same && bytes[off + i] == pattern(page(1) + off + i);
            }
            EXPECT(same);
        }
    }
}

/* Not even what would change nothing: the cells have been written once. */
static void flash_is_written_once(void)
{
    uint8_t unit[TWIN_FLASH_WRITE_MAX];

    memset(unit, slot()->flash->erased, sizeof(unit));
    EXPECT(flash_write(page(1), unit, slot()->flash->write_bytes) != TWIN_OK);
    memset(unit, slot()->flash->erased ^ 0xff, sizeof(unit));
    EXPECT(flash_write(page(1), unit, slot()->flash->write_bytes) != TWIN_OK);
    EXPECT(!write_pattern(page(1), slot()->flash->write_bytes));
    EXPECT(page_holds(1, pattern));
}

static void flash_refuses_misaligned(void)
{
    const struct twin_flash *flash = slot()->flash;
    const uint8_t units[2 * TWIN_FLASH_WRITE_MAX] = {0};

    if (flash->write_bytes > 1) {
        EXPECT(flash_write(page(2) + 1, units, flash->write_bytes) != TWIN_OK);
        EXPECT(flash_write(page(2), units, flash->write_bytes + 1) != TWIN_OK);
        EXPECT(flash_write(page(2), units, flash->write_bytes - 1) != TWIN_OK);
    }
    EXPECT(flash_erase(page(1) + flash->write_bytes, flash->page_bytes) != TWIN_OK);
    EXPECT(flash_erase(page(1), flash->page_bytes - flash->write_bytes) != TWIN_OK);
    EXPECT(page_holds(1, pattern));
    EXPECT(page_holds(2, erased));
}

static void flash_refuses_outside(void)
{
    const struct twin_flash *flash = slot()->flash;
    uint8_t units[2 * TWIN_FLASH_WRITE_MAX] = {0};
    uint32_t wrap = 0u - flash->page_bytes; /* with its length, it ends inside again */

    EXPECT(flash_read(flash->size, units, 1) != TWIN_OK);
    EXPECT(flash_read(flash->size - 1, units, 2) != TWIN_OK);
    EXPECT(flash_read(wrap, units, sizeof(units)) != TWIN_OK);
    EXPECT(flash_write(flash->size, units, flash->write_bytes) != TWIN_OK);
    EXPECT(flash_write(flash->size - flash->write_bytes, units, 2 * flash->write_bytes) != TWIN_OK);
    EXPECT(flash_erase(flash->size, flash->page_bytes) != TWIN_OK);
    EXPECT(flash_erase(flash->size - flash->page_bytes, 2 * flash->page_bytes) != TWIN_OK);
    EXPECT(flash_erase(wrap, 2 * flash->page_bytes) != TWIN_OK);
}

/* Page 2 is written and erased between two that are kept. */
static void flash_is_erased_by_page(void)
{
    EXPECT(fill(2, 2));
    EXPECT(page_holds(2, pattern));
    EXPECT(flash_erase(page(2), slot()->flash->page_bytes) == TWIN_OK);
    EXPECT(page_holds(1, pattern));
    EXPECT(page_holds(2, erased));
    EXPECT(page_holds(3, pattern));
    EXPECT(write_pattern(page(2), slot()->flash->write_bytes));
}

/* In each later start: nothing of this is lost. */
static void flash_is_kept(void)
{
    uint32_t unit = slot()->flash->write_bytes;

    EXPECT(page_holds(1, pattern));
    EXPECT(holds(page(2), unit, pattern));
    EXPECT(holds(page(2) + unit, slot()->flash->page_bytes - unit, erased));
    EXPECT(page_holds(3, pattern));
}

/* ---- Names, clock, stack ---- */

static void names(void)
{
    EXPECT(twin_board_names.board != NULL && twin_board_names.board[0] != '\0');
    EXPECT(twin_board_names.processor != NULL && twin_board_names.processor[0] != '\0');
    EXPECT(twin_board_names.arch != NULL && twin_board_names.arch[0] != '\0');
    for (uint32_t cause = TWIN_BOARD_START_POWER; cause <= TWIN_BOARD_START_RECOVERY + 1; cause++) {
        EXPECT(twin_board_start_text((enum twin_board_start)cause) != NULL);
    }
}

/* Sleep for some time by the board's clock; false if that ever goes back. */
static bool rest(uint32_t ms)
{
    uint32_t start = twin_board_now_ms(), before = start, now = start;

    while (now - start < ms) {
        twin_board_sleep();
        now = twin_board_now_ms();
        if (now < before) {
            return false;
        }
        before = now;
    }
    return true;
}

static void clock_goes_on(void)
{
    uint32_t before = twin_board_now_ms();

    EXPECT(rest(100));
    EXPECT(twin_board_now_ms() - before >= 100);
}

#define DEEPEST (1u << 20) /* enough to be seen where stacks grow */

/* Use some stack. Not inlined, or its room would be the caller's. */
__attribute__((noinline)) static uint32_t go_down(uint32_t bytes)
{
    volatile uint8_t room[64];

    room[0] = (uint8_t)bytes;
    return bytes <= sizeof(room) ? room[0] : go_down(bytes - (uint32_t)sizeof(room)) + room[0];
}

static void stack_is_measured(void)
{
    struct twin_board_stack before = twin_board_stack_use(), after;
    uint32_t depth = (before.size - before.used) / 4;

    EXPECT(before.used > 0 && before.used < before.size);
    depth = depth < DEEPEST ? depth : DEEPEST;
    (void)go_down(depth);
    after = twin_board_stack_use();
    EXPECT(after.size == before.size);
    EXPECT(after.used >= before.used + depth / 2 && after.used < after.size);
}

/* ---- Lines ---- */

/* The byte that comes at this place; the other side knows the same rule. */
static uint8_t sent(uint32_t at)
{
    return (uint8_t)(at ^ at >> 8);
}

/* Take all bytes up to len, a few at a time; how many came in their order. */
static uint32_t take(enum twin_board_line line, uint32_t len)
{
    uint32_t start = twin_board_now_ms(), got = 0, right = 0;
    uint8_t bytes[48];

    while (got < len && twin_board_now_ms() - start < PATIENCE_MS) {
        size_t some = twin_board_read(line, bytes, len - got < 48 ? len - got : sizeof(bytes));
        for (size_t i = 0; i < some; i++) {
            right += bytes[i] == sent(got++);
        }
        if (some == 0) {
            twin_board_sleep();
        }
    }
    return right;
}

static void line_is_empty(void)
{
    uint8_t bytes[8];

    EXPECT(twin_board_read(TWIN_BOARD_SMP, bytes, sizeof(bytes)) == 0);
    EXPECT(twin_board_read(TWIN_BOARD_CONSOLE, bytes, sizeof(bytes)) == 0);
    EXPECT(twin_board_packet_read(bytes, sizeof(bytes)) == 0);
}

static void smp_brings_bytes(void)
{
    twin_print(SAY "send to the SMP line\n");
    EXPECT(rest(NOT_READING));
    EXPECT(take(TWIN_BOARD_SMP, TWIN_BOARD_SMP_BUFFER) == TWIN_BOARD_SMP_BUFFER);
}

/* In one call, and in many: whoever reads checks them. */
static void smp_takes_bytes(void)
{
    static uint8_t bytes[ANSWER_LEN];

    for (uint32_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = sent(i);
    }
    twin_board_write(TWIN_BOARD_SMP, bytes, 0);
    twin_board_write(TWIN_BOARD_SMP, bytes, ANSWER_LEN / 2);
    for (uint32_t i = ANSWER_LEN / 2; i < ANSWER_LEN; i++) {
        twin_board_write(TWIN_BOARD_SMP, &bytes[i], 1);
    }
    twin_print(SAY "sent to the SMP line\n");
}

static void console_brings_bytes(void)
{
    twin_print(SAY "send to the console\n");
    EXPECT(rest(NOT_READING));
    EXPECT(take(TWIN_BOARD_CONSOLE, TWIN_BOARD_CONSOLE_BUFFER) == TWIN_BOARD_CONSOLE_BUFFER);
}

/* ---- Starts ---- */

static enum twin_board_start expected;

static void cause_is_told(void)
{
    EXPECT(twin_board_start_cause() == expected);
    EXPECT(twin_board_start_cause() == expected); /* it stays until the next reset */
}

/* Fed, it does nothing for longer than its time. */
static void watchdog_is_fed(void)
{
    uint32_t start = twin_board_now_ms();

    twin_board_watchdog_start(WATCHDOG_MS);
    while (twin_board_now_ms() - start < WATCHDOG_MS + WATCHDOG_MS / 2) {
        twin_board_watchdog_feed();
        twin_board_sleep();
    }
}

static void starve_watchdog(void)
{
    for (;;) {
        twin_board_sleep();
    }
}

/* A stray write, to code. */
static void fault(void)
{
    *(volatile uint32_t *)((uintptr_t)fault & ~(uintptr_t)3) = 0;
}

/* The last page before the first slot is the bootloader's, and erased. A flash that begins with the
 * slot has no bootloader in it. */
static bool find_bootloader(uint32_t *last_page)
{
    uint32_t end = twin_board_map.images->area[TWIN_PRIMARY].addr;

    *last_page = end - slot()->flash->page_bytes;
    return end != 0;
}

static void bootloader_is_kept(void)
{
    uint32_t addr;

    EXPECT(!find_bootloader(&addr) || holds(addr, slot()->flash->page_bytes, erased));
}

/* Let the driver itself write there. Either it is refused, or it is a fault: like what follows. */
static void write_bootloader(void)
{
    uint32_t addr;

    if (find_bootloader(&addr)) {
        (void)write_pattern(addr, slot()->flash->write_bytes);
    }
    fault();
}

static void wait_for_power_cut(void)
{
    twin_print(SAY "cut the power\n");
    for (;;) {
        twin_board_watchdog_feed();
        twin_board_sleep();
    }
}

static void rest_for_good(void)
{
    twin_print(SAY "done\n");
    for (;;) {
        twin_board_watchdog_feed();
        twin_board_halt();
    }
}

struct check {
    const char *name;
    void (*run)(void);
};
static const struct check once[] = {
    {"flash: a usable shape", flash_shape},
    {"flash: an erase sets whole pages", flash_is_erased},
    {"flash: writes units, one or several", flash_is_written},
    {"flash: reads from anywhere", flash_is_read_anywhere},
    {"flash: refuses what was written before", flash_is_written_once},
    {"flash: refuses what is not aligned", flash_refuses_misaligned},
    {"flash: refuses what is outside", flash_refuses_outside},
    {"flash: an erase leaves the neighbours", flash_is_erased_by_page},
    {"names and texts", names},
    {"clock: goes on, sleeping or not", clock_goes_on},
    {"stack: its depth is seen", stack_is_measured},
    {"lines: reading does not wait", line_is_empty},
    {"SMP line: a full buffer comes in", smp_brings_bytes},
    {"SMP line: bytes go out", smp_takes_bytes},
    {"console: a full buffer comes in", console_brings_bytes},
};
static const struct check after_reset[] = {
    {"flash: is kept in a reset", flash_is_kept},
    {"watchdog: rests while it is fed", watchdog_is_fed},
};
static const struct check after_watchdog[] = {{"flash: is kept by the watchdog", flash_is_kept}};
static const struct check after_fault[] = {
    {"flash: is kept in a fault", flash_is_kept},
    {"bootloader: its last page is free", bootloader_is_kept},
};
static const struct check after_lock[] = {
    {"bootloader: an image cannot write to it", bootloader_is_kept},
};
static const struct check after_cut[] = {{"flash: is kept without power", flash_is_kept}};

/* What each start is due to, what is looked at, and what ends it. */
static const struct start {
    enum twin_board_start cause;
    const struct check *checks;
    size_t count;
    void (*end)(void);
} starts[] = {
#define CHECKS(list) list, sizeof(list) / sizeof(list[0])
    {TWIN_BOARD_START_POWER, CHECKS(once), twin_board_reset},
    {TWIN_BOARD_START_SOFTWARE, CHECKS(after_reset), starve_watchdog},
    {TWIN_BOARD_START_WATCHDOG, CHECKS(after_watchdog), fault},
    {TWIN_BOARD_START_FAULT, CHECKS(after_fault), write_bootloader},
    {TWIN_BOARD_START_FAULT, CHECKS(after_lock), wait_for_power_cut},
    {TWIN_BOARD_START_POWER, CHECKS(after_cut), rest_for_good},
};
#define START_COUNT (sizeof(starts) / sizeof(starts[0]))

static void check(const struct check *check)
{
    failures = 0;
    check->run();
    twin_print(failures == 0 ? SAY "ok: " : SAY "FAILED: ");
    twin_print(check->name);
    twin_print("\n");
}

/* The number of this start: one write unit of the first page for each. Anything else that is in
 * there is of no use, and the count begins again. */
static size_t count_start(void)
{
    uint32_t unit = slot()->flash->write_bytes;
    size_t number = 0;

    while (number < START_COUNT && holds(page(0) + (uint32_t)number * unit, unit, counted)) {
        number++;
    }
    if (number == START_COUNT ||
        !holds(page(0) + (uint32_t)number * unit, slot()->flash->page_bytes / 2, erased)) {
        EXPECT(flash_erase(page(0), slot()->flash->page_bytes) == TWIN_OK);
        number = 0;
    }
    EXPECT(write_values(page(0) + (uint32_t)number * unit, unit, counted));
    return number;
}

int main(void)
{
    twin_board_init();
    twin_board_receive_start();

    const struct start *start = &starts[count_start()];
    const struct check cause = {twin_board_start_text(start->cause), cause_is_told};

    twin_print(SAY "checks in this start: ");
    twin_print_dec((uint32_t)start->count + 1);
    twin_print("\n");
    expected = start->cause;
    check(&cause);
    for (size_t i = 0; i < start->count; i++) {
        check(&start->checks[i]);
    }
    start->end();
    twin_print(SAY "this should not go on\n");
    for (;;) {
        twin_board_halt();
    }
}
