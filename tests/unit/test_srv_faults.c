/*
 * test_srv_faults.c - flash calls that fail: each read, write and erase of each command in turn,
 * once and for ever. A command that says it is done has done it; whatever happened, the device
 * starts and takes an update. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_upload_parts.h"

static enum twin_plan plan(void)
{
    struct twin_slots_state state;

    twin_slots_read(slots(), &state);
    return state.plan;
}

/* ---- Where a command begins ---- */

static void found(void)
{
    put_prior();
}

static void marked(void)
{
    put_prior();
    CHECK(device_set(&device, &prior, true));
}

static void torn_request(void)
{
    put_prior();
    sim_put(&device.rig.sim,
            slots()->area[TWIN_SECONDARY].addr + slots()->area[TWIN_SECONDARY].len - 16,
            "\x77\xc2\x95\x00", 4);
}

static void on_trial(void)
{
    put_prior();
    CHECK(device_set(&device, &prior, false));
    CHECK_EQ(device_boot(&device).major, PRIOR);
}

static void confirmed(void)
{
    on_trial();
    CHECK(device_set(&device, NULL, true));
}

static void stored(void)
{
    put_prior();
    (void)upload_all(700);
}

/* ---- Commands, and whether they have done what they say ---- */

static bool list(void)
{
    struct twin_image_state_rsp rsp = {0};

    return device_list(&device, &rsp);
}

static bool nothing_changed(void)
{
    return slot_holds(&prior) && plan() == TWIN_PLAN_NONE;
}

static bool mark_test(void)
{
    return device_set(&device, &prior, false);
}

static bool is_test(void)
{
    return plan() == TWIN_PLAN_TEST;
}

static bool mark_permanent(void)
{
    return device_set(&device, &prior, true);
}

static bool is_permanent(void)
{
    return plan() == TWIN_PLAN_PERM;
}

static bool mark_previous(void)
{
    return device_set(&device, &device.rig.old, false);
}

static bool is_previous(void)
{
    return plan() == TWIN_PLAN_PREVIOUS;
}

static bool confirm(void)
{
    return device_set(&device, NULL, true);
}

static bool is_confirmed(void)
{
    return plan() == TWIN_PLAN_NONE;
}

static bool erase(void)
{
    return device_erase(&device, -1);
}

static bool is_blank(void)
{
    return twin_area_is_blank(&slots()->area[TWIN_SECONDARY], 0, slots()->area[TWIN_SECONDARY].len);
}

/* The whole file, as a client that gives up at the first refusal. */
static bool upload(void)
{
    struct twin_image_upload_req req = first_part(900);
    struct twin_image_upload_rsp rsp = {0};
    bool ok = device_upload(&device, &req, &rsp);

    while (ok && rsp.off < new_image()->len) {
        uint32_t off = rsp.off;
        req = next_part(off, 900);
        ok = device_upload(&device, &req, &rsp) && rsp.off > off;
    }
    return ok && ((rsp.present & TWIN_IMAGE_UPLOAD_RSP_MATCH) == 0 || rsp.match);
}

static bool is_uploaded(void)
{
    return is_stored() && plan() == TWIN_PLAN_NONE;
}

static const struct {
    const char *name;
    void (*enter)(void);
    bool (*run)(void);
    bool (*is_done)(void);
    bool can_go_unnoticed; /* what cannot be read is left out of the list */
} commands[] = {
    {"list", found, list, nothing_changed, true},
    {"test", found, mark_test, is_test, false},
    {"test after a torn request", torn_request, mark_test, is_test, false},
    {"permanent", found, mark_permanent, is_permanent, false},
    {"previous", confirmed, mark_previous, is_previous, false},
    {"confirm", on_trial, confirm, is_confirmed, false},
    {"erase", found, erase, is_blank, false},
    {"erase what is pending", marked, erase, is_blank, false},
    {"upload", found, upload, is_uploaded, false},
    {"upload over what is pending", marked, upload, is_uploaded, false},
    {"upload of what is there", stored, upload, is_uploaded, true},
};

/* ---- After it ---- */

/* The flash works again: the device starts, and an update goes in. */
static void goes_on(void)
{
    uint8_t major = device_boot(&device).major;

    CHECK(major == 1 || major == PRIOR);
    if (plan() == TWIN_PLAN_TRIAL) {
        CHECK(device_set(&device, NULL, true));
    }
    (void)upload_all(900);
    CHECK(is_stored());
    CHECK(device_set(&device, new_image(), false));
    CHECK_EQ(device_boot(&device).major, 2);
    CHECK_EQ(device.rig.sim.violations, 0);
}

static bool is_flash_code(uint32_t group_rc)
{
    return group_rc == TWIN_IMAGE_RC_FLASH_READ || group_rc == TWIN_IMAGE_RC_FLASH_WRITE ||
           group_rc == TWIN_IMAGE_RC_FLASH_ERASE;
}

/* One run; false when the command ended before the call that was to fail. */
static bool run(size_t i, enum sim_call call, uint32_t from, uint32_t count)
{
    struct sim_flash *sim = &device.rig.sim;

    commands[i].enter();
    sim_fail(sim, call, from, count);
    bool ok = commands[i].run();
    bool reached = sim->fail[call].calls >= from;
    sim_fail(sim, call, 0, 0);
    if (ok) {
        CHECK(commands[i].is_done());
        CHECK(!reached || commands[i].can_go_unnoticed || call == SIM_READ);
    } else {
        CHECK(reached);
        CHECK(device.rc == 0 && (is_flash_code(device.group_rc) || device.group_rc == 0));
    }
    goes_on();
    return reached;
}

static void test_every_call(size_t i, enum sim_call call)
{
    static const uint32_t counts[] = {1, UINT32_MAX};

    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        uint32_t from = 1, step = 1;
        while (run(i, call, from, counts[c])) {
            from += step;
            step = from > 60 ? from / 8 : 1; /* hashing reads hundreds of times */
        }
        CHECK(from < 5000);
    }
}

int main(void)
{
    make(&small_shape);
    make_prior(small_shape.new_len - 1200);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        for (int call = 0; call < SIM_CALL_COUNT; call++) {
            unsigned before = check_failed;
            test_every_call(i, (enum sim_call)call);
            if (check_failed != before) {
                fprintf(stderr, "in: %s, call %d\n", commands[i].name, call);
            }
        }
    }
    test_image_free(&prior);
    rig_free(&device.rig);
    return check_report();
}
