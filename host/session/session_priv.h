/*
 * session_priv.h - what the loop asks of a session. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "session/session.h"

/* Let its task make steps until it has to wait, or others should have their turn. */
void twin_session_serve(struct twin_session *session);

/* In how many ms to serve it though nothing happens at its link; 0: now. It has a task. */
int64_t twin_session_rest_ms(const struct twin_session *session);

/* The first task is over. The session may be closed afterwards. */
void twin_session_end_task(struct twin_session *session, twin_err_t result);

/* Sessions and their loop. Returns false without memory. */
bool twin_loop_add(struct twin_loop *loop, struct twin_session *session);
void twin_loop_remove(struct twin_loop *loop, const struct twin_session *session);
