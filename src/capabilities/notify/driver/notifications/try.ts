// Tries a contact method for functions. A dry run sends nothing.
import type { FreeContext } from '../../../../core/context.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Value } from '../../../../core/values.ts';
import { assertAccepted, isSuccess, post, pushNote, type Message } from './send.ts';

/** @throws ApiError `bad_param` for an address that is not allowed, `host_failed` if it does not accept the message. */
export async function sendTestTo(context: FreeContext, url: string): Promise<{ message_id: string }> {
  const { machine, isDryRun } = context;
  const message = await newTestMessage(context);
  if (isDryRun) return sentNothing(context, message.id);
  try {
    assertAccepted(url, await post(machine, url, message));
  } catch (error) {
    if (error instanceof MachineError && error.code === 'not_ours') throw badParam(error.message);
    throw error;
  }
  return { message_id: message.id };
}

/** Failures become a part of the result. */
export async function tryUrl(context: FreeContext, url: string) {
  const { machine, isDryRun } = context;
  const message = await newTestMessage(context);
  const none = { success: 0, status: '', reason: '', protocol: '', url, headers: {}, content: '' };
  if (isDryRun) {
    return {
      ...sentNothing(context, message.id),
      payload: { ...none, reason: 'Nothing was sent: dry run.' },
    };
  }
  try {
    const { status, reason, protocol, headers, content } = await post(machine, url, message);
    const success = Number(isSuccess(status));
    return {
      message_id: message.id,
      payload: { success, status: String(status), reason, protocol, url, headers, content },
    };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { message_id: message.id, payload: { ...none, reason: error.message } };
  }
}

/** @throws ApiError `host_failed` if Pushbullet does not accept the note. */
export async function sendTestNote(
  context: FreeContext,
  token: string,
): Promise<{ message_id: string; payload: Value }> {
  const { machine, isDryRun } = context;
  const message = await newTestMessage(context);
  if (isDryRun) return { ...sentNothing(context, message.id), payload: {} };
  return { message_id: message.id, payload: await pushNote(machine, token, message) };
}

/** Failures become a part of the result. */
export async function tryToken(
  context: FreeContext,
  token: string,
): Promise<{ message_id: string; payload: Value }> {
  try {
    return await sendTestNote(context, token);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof MachineError)) throw error;
    return { message_id: '', payload: { error: error.message } };
  }
}

function sentNothing({ inform }: FreeContext, id: string): { message_id: string } {
  inform('In a dry run, no test message is sent.');
  return { message_id: id };
}

// The message by which an administrator tries a contact method.
interface TestMessage extends Message {
  /** Unique, and part of the message: `554d2cbd-efe61da3cacb`. */
  readonly id: string;
}

async function newTestMessage({ randomBytes, system, now }: FreeContext): Promise<TestMessage> {
  const digits = Buffer.from(await randomBytes(10)).toString('hex');
  const id = `${digits.slice(0, 8)}-${digits.slice(8)}`;
  const host = system.hostname();
  const time = now();
  return {
    ...{ id, host, time, subject: `Test message (ID ${id})` },
    body:
      `This message shows that ${host} can send you notifications.\n` +
      `It was sent on ${new Date(time).toUTCString()} and has the ID ${id}.`,
  };
}
