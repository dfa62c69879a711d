/*
 * grp_fs.c - file group: its messages and its commands. Spec: docs/spec-smp.md section 3.6.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_fs.h"
#include "twin/groups.h"

static const struct twin_field download_req[] = {
    TWIN_FIELD(twin_fs_download_req, off, "off", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_download_req, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
};
static const struct twin_field download_rsp[] = {
    TWIN_FIELD(twin_fs_download_rsp, off, "off", TWIN_F_U64, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_download_rsp, data, "data", TWIN_F_BSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_download_rsp, len, "len", TWIN_F_U64, TWIN_OPTIONAL | TWIN_VITAL),
};
static const struct twin_field upload_req[] = {
    TWIN_FIELD(twin_fs_upload_req, off, "off", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_upload_req, len, "len", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_fs_upload_req, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_upload_req, data, "data", TWIN_F_BSTR, TWIN_REQUIRED),
};
static const struct twin_field upload_rsp[] = {
    TWIN_FIELD(twin_fs_upload_rsp, off, "off", TWIN_F_U64, TWIN_REQUIRED),
};
static const struct twin_field status_req[] = {
    TWIN_FIELD(twin_fs_status_req, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
};
static const struct twin_field status_rsp[] = {
    TWIN_FIELD(twin_fs_status_rsp, len, "len", TWIN_F_U64, TWIN_REQUIRED),
};
static const struct twin_field hash_req[] = {
    TWIN_FIELD(twin_fs_hash_req, name, "name", TWIN_F_TSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_hash_req, type, "type", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_fs_hash_req, off, "off", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_fs_hash_req, len, "len", TWIN_F_U32, TWIN_OPTIONAL),
};
static const struct twin_field hash_rsp[] = {
    TWIN_FIELD(twin_fs_hash_rsp, type, "type", TWIN_F_TSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_hash_rsp, off, "off", TWIN_F_U64, TWIN_OPTIONAL | TWIN_VITAL),
    TWIN_FIELD(twin_fs_hash_rsp, len, "len", TWIN_F_U64, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_hash_rsp, output, "output", TWIN_F_RAW, TWIN_REQUIRED),
};
static const struct twin_field type[] = {
    TWIN_FIELD(twin_fs_type, format, "format", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_fs_type, size, "size", TWIN_F_U32, TWIN_REQUIRED),
};
static const struct twin_field types_rsp[] = {
    TWIN_FIELD(twin_fs_types_rsp, types, "types", TWIN_F_MAP, TWIN_REQUIRED),
};

const struct twin_msg twin_fs_type_msg = TWIN_MSG(twin_fs_type, type);

static const struct twin_msg download_req_msg = TWIN_REQ(twin_fs_download_req, download_req);
static const struct twin_msg download_rsp_msg = TWIN_MSG(twin_fs_download_rsp, download_rsp);
static const struct twin_msg upload_req_msg = TWIN_REQ(twin_fs_upload_req, upload_req);
static const struct twin_msg upload_rsp_msg = TWIN_MSG(twin_fs_upload_rsp, upload_rsp);
static const struct twin_msg status_req_msg = TWIN_REQ(twin_fs_status_req, status_req);
static const struct twin_msg status_rsp_msg = TWIN_MSG(twin_fs_status_rsp, status_rsp);
static const struct twin_msg hash_req_msg = TWIN_REQ(twin_fs_hash_req, hash_req);
static const struct twin_msg hash_rsp_msg = TWIN_MSG(twin_fs_hash_rsp, hash_rsp);
static const struct twin_msg types_rsp_msg = TWIN_MSG(twin_fs_types_rsp, types_rsp);

#define CMD(op, id, req, rsp)                                                                      \
    {                                                                                              \
        TWIN_SMP_##op, (id), TWIN_GRP_FS, (req), (rsp)                                             \
    }
const struct twin_cmd twin_fs_download_cmd = CMD(READ, 0, &download_req_msg, &download_rsp_msg);
const struct twin_cmd twin_fs_upload_cmd = CMD(WRITE, 0, &upload_req_msg, &upload_rsp_msg);
const struct twin_cmd twin_fs_status_cmd = CMD(READ, 1, &status_req_msg, &status_rsp_msg);
const struct twin_cmd twin_fs_hash_cmd = CMD(READ, 2, &hash_req_msg, &hash_rsp_msg);
const struct twin_cmd twin_fs_types_cmd = CMD(READ, 3, &twin_empty_msg, &types_rsp_msg);
const struct twin_cmd twin_fs_close_cmd = CMD(WRITE, 4, &twin_empty_msg, &twin_empty_msg);

static const struct twin_cmd *const cmds[] = {
    &twin_fs_download_cmd, &twin_fs_upload_cmd, &twin_fs_status_cmd,
    &twin_fs_hash_cmd,     &twin_fs_types_cmd,  &twin_fs_close_cmd,
};
static const struct twin_nested nested[] = {{&types_rsp_msg, 0, &twin_fs_type_msg}};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_FS_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_fs_group = {.name = "files",
                                         .id = TWIN_GRP_FS,
                                         .cmds = cmds,
                                         .cmd_count = TWIN_COUNT(cmds),
                                         .nested = nested,
                                         .nested_count = TWIN_COUNT(nested),
                                         .texts = texts,
                                         .text_count = TWIN_COUNT(texts)};
