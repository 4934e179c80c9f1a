// The message by which an administrator tries a contact method.
import type { FreeContext } from '../../../../core/context.ts';
import type { Message } from './send.ts';

export interface TestMessage extends Message {
  /** Unique, and part of the message: `554d2cbd-efe61da3cacb`. */
  readonly id: string;
}

export async function newTestMessage({ randomBytes, system, now }: FreeContext): Promise<TestMessage> {
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
