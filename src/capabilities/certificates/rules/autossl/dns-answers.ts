// Answers to challenges by DNS (RFC 8555, section 8.4): TXT records in this server’s own zones.
import { ApiError } from '../../../../core/errors.ts';
import type { Json } from '../../../../core/values.ts';
import { zoneOf, zonesOfServer } from './server-zones.ts';
import type { CheckContext } from './check-context.ts';

export interface DnsAnswer {
  /** The name to validate, maybe with `*.`. */
  readonly name: string;
  /** The content of the record. */
  readonly answer: string;
}

const TTL_SECONDS = 60;
/** Somebody else may change the zone at the same time. */
const TRIES = 5;

/** Adds the records. Those that are there stay. @throws ApiError */
export function putAnswers(context: CheckContext, answers: readonly DnsAnswer[]): Promise<void> {
  return change(context, answers, (rows, wanted) => {
    const there = new Set(rows.map(({ name, text }) => `${name} ${text}`));
    const add = wanted
      .filter(({ name, answer }) => !there.has(`${recordOf(name)}. ${answer}`))
      .map(({ name, answer }) =>
        JSON.stringify({
          ...{ dname: `${recordOf(name)}.`, ttl: TTL_SECONDS, record_type: 'TXT', data: [answer] },
        }),
      );
    return add.length === 0 ? undefined : add.map((value) => ({ name: 'add', value }));
  });
}

/** Removes the records. @throws ApiError */
export function removeAnswers(context: CheckContext, answers: readonly DnsAnswer[]): Promise<void> {
  return change(context, answers, (rows, wanted) => {
    const unneeded = new Set(wanted.map(({ name, answer }) => `${recordOf(name)}. ${answer}`));
    const lines = rows.filter(({ name, text }) => unneeded.has(`${name} ${text}`));
    return lines.length === 0 ? undefined : lines.map(({ line }) => ({ name: 'remove', value: line }));
  });
}

/** Without the final dot. */
export const recordOf = (name: string) => `_acme-challenge.${name.replace(/^\*\./, '')}`;

interface TextRecord {
  readonly line: number;
  /** Absolute, with the final dot. */
  readonly name: string;
  readonly text: string;
}

type Edit = readonly { readonly name: string; readonly value: Json }[];

async function change(
  context: CheckContext,
  answers: readonly DnsAnswer[],
  editOf: (rows: readonly TextRecord[], wanted: readonly DnsAnswer[]) => Edit | undefined,
): Promise<void> {
  if (answers.length === 0) return;
  const zones = await zonesOfServer(context);
  const zoneOfAnswer = ({ name }: DnsAnswer) => zoneOf(name, zones);
  for (const zone of new Set(answers.map(zoneOfAnswer))) {
    if (zone === undefined) continue;
    const wanted = answers.filter((answer) => zoneOfAnswer(answer) === zone);
    await changeZone(context, zone, (rows) => editOf(rows, wanted));
  }
}

async function changeZone(
  { call, signal }: CheckContext,
  zone: string,
  editOf: (rows: readonly TextRecord[]) => Edit | undefined,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const read = await call({ command: 'parse_dns_zone', args: [{ name: 'zone', value: zone }] });
    if (read.metadata.result !== 1) throw new ApiError('host_failed', read.metadata.reason);
    const { serial, rows } = parse(zone, (read.data as unknown as { payload: readonly Line[] }).payload);
    const edit = editOf(rows);
    if (edit === undefined) return;
    const { metadata } = await call({
      command: 'mass_edit_dns_zone',
      args: [{ name: 'zone', value: zone }, { name: 'serial', value: serial }, ...edit],
    });
    if (metadata.result === 1) return;
    if (tries === TRIES) throw new ApiError('host_failed', metadata.reason);
  }
}

interface Line {
  readonly line_index: number;
  readonly dname_b64?: string;
  readonly record_type?: string;
  readonly data_b64?: readonly string[];
}

function parse(
  zone: string,
  lines: readonly Line[],
): { readonly serial: string; readonly rows: readonly TextRecord[] } {
  const decode = (text = '') => Buffer.from(text, 'base64').toString();
  const soa = lines.find((line) => line.record_type === 'SOA');
  const rows = lines
    .filter((line) => line.record_type === 'TXT')
    .map(({ line_index: line, dname_b64: dname, data_b64: data = [] }) => {
      const name = decode(dname).toLowerCase();
      const absolute = name.endsWith('.') ? name : name === '@' ? `${zone}.` : `${name}.${zone}.`;
      return { line, name: absolute, text: data.map(decode).join('') };
    });
  return { serial: decode(soa?.data_b64?.[2]), rows };
}
