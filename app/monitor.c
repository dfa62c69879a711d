/*
 * monitor.c - see monitor.h. SPDX-License-Identifier: Apache-2.0
 */
#include "monitor.h"
#include "print.h"

/* True each time a period has passed; misses none when the caller is late. */
static bool is_due(uint32_t *next_ms, uint32_t now_ms, uint32_t period_ms)
{
    bool due = (int32_t)(now_ms - *next_ms) >= 0;

    if (due) {
        *next_ms += period_ms;
    }
    return due;
}

/* The version stands in the header of the running image: written once, when it is signed. */
static void read_version(struct monitor *monitor)
{
    const struct twin_slots *slots = twin_board_map.images;
    struct twin_image image;

    monitor->version[0] = '?';
    if (twin_image_open(&image, &slots->area[TWIN_PRIMARY], 0, twin_slots_image_max(slots)) ==
        TWIN_OK) {
        (void)twin_version_print(&image.header.version, monitor->version);
    }
}

bool monitor_on_trial(void)
{
    struct twin_slots_state state;

    twin_slots_read(twin_board_map.images, &state);
    return state.plan == TWIN_PLAN_TRIAL;
}

void monitor_init(struct monitor *monitor)
{
    *monitor = (struct monitor){.next_report_ms = MONITOR_REPORT_MS};
    sensor_init(&monitor->sensor);
    vitals_init(&monitor->vitals);
    read_version(monitor);
    twin_print("monitor ");
    twin_print(monitor->version);
    twin_print(" runs on ");
    twin_print(twin_board_names.board);
    twin_print(monitor_on_trial() ? ", on trial" : "");
    twin_print(", started by: ");
    twin_print(twin_board_start_text(twin_board_start_cause()));
    twin_print("\n");
}

void monitor_print(const struct monitor *monitor, uint32_t now_ms)
{
    twin_print("monitor ");
    twin_print(monitor->version);
    twin_print(monitor_on_trial() ? " (on trial)" : " (confirmed)");
    twin_print(": up ");
    twin_print_dec(now_ms / 1000);
    twin_print(" s, heart rate ");
    twin_print_dec(monitor->vitals.heart_rate);
    twin_print("/min, SpO2 ");
    twin_print_dec(monitor->vitals.spo2_percent);
    twin_print(monitor->patient ? "%, patient connected\n" : "%, no patient\n");
}

void monitor_run(struct monitor *monitor, uint32_t now_ms)
{
    while (is_due(&monitor->next_sample_ms, now_ms, SENSOR_PERIOD_MS)) {
        vitals_take(&monitor->vitals, sensor_sample(&monitor->sensor));
    }
    if (is_due(&monitor->next_report_ms, now_ms, MONITOR_REPORT_MS)) {
        monitor_print(monitor, now_ms);
    }
}
