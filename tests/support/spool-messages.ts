// Messages in the queue of Exim, as its files say it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param spool Exim’s folder. */
export function addQueuedMessages(spool: string, count: number): void {
  const folder = join(spool, 'input');
  mkdirSync(folder, { recursive: true });
  for (let number = 0; number < count; number++) {
    const msgid = `1xYV42-0000${String(number).padStart(7, '0')}-3Hxr`;
    const envelope = [
      ...[`${msgid}-H`, 'Debian-exim 64999 64999', `<s${number}@out.example>`, '1796159222 0'],
      ...['-received_time_usec .552827', '-aclm _owner 3', 'bob', '-body_linecount 2', 'XX', '1'],
      `r${number}@world.example`,
    ].join('\n');
    writeFileSync(join(folder, `${msgid}-H`), `${envelope}\n\n015F From: a@b.test\n`);
    writeFileSync(join(folder, `${msgid}-D`), `${msgid}-D\nhi there\n`);
  }
}
