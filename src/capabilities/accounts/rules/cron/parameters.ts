// What the functions of API 2’s Cron have in common.
import type { Field, Param } from '../../../../core/define.ts';

export const CRON = 'cron';

export const linekeyParam = {
  type: 'string',
  pattern: { matches: /^[0-9a-f]{32}$/, expects: '32 hexadecimal digits' },
  doc: 'The “linekey” of the job, from Cron::listcron.',
} as const satisfies Param;

export const positionParam = {
  type: 'integer',
  min: 1,
  doc: 'The “count” of the job, its position, instead of “linekey”.',
} as const satisfies Param;

export const statusFields = {
  status: { type: 'flag', doc: '1: it was done.' },
  statusmsg: { type: 'string', doc: 'What was done.' },
} as const satisfies Record<string, Field>;

export const jobFields = {
  count: {
    type: 'integer',
    doc: 'Its position, from 1 on. The last row has only this: one more than there are jobs.',
  },
  linekey: { type: 'string', optional: true, doc: 'Identifies the job: 32 hexadecimal digits.' },
  minute: {
    type: 'string',
    optional: true,
    doc: 'The minutes. Or a name such as @daily, and no other times.',
  },
  hour: { type: 'string', optional: true, doc: 'The hours.' },
  day: { type: 'string', optional: true, doc: 'The days of the month.' },
  month: { type: 'string', optional: true, doc: 'The months.' },
  weekday: { type: 'string', optional: true, doc: 'The days of the week.' },
  command: { type: 'string', optional: true, doc: 'The command.' },
  command_htmlsafe: { type: 'string', optional: true, doc: 'The command, encoded for HTML.' },
} as const satisfies Record<string, Field>;

/** Encodes what HTML would not show as it is. */
export function htmlSafe(text: string): string {
  const codes: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => codes[character] ?? character);
}
