// A file of its own, because tests replace it to have each statement in both dialects (tests/support/two-dialects.ts).
import type { Dialect, TimePart } from '../core/dialect.ts';

const formats: Readonly<Record<TimePart, string>> = {
  year: '%Y',
  month: '%m',
  day: '%d',
  'day with a space': '%e',
  weekday: '%w',
  hour: '%H',
  minute: '%M',
  second: '%S',
};

export const sqliteDialect: Dialect = {
  position: (text, part) => `instr(${text}, ${part})`,
  jsonListOf: (item, order) => `json_group_array(${item}${order === undefined ? '' : ` ORDER BY ${order}`})`,
  jsonObject: (members) => `json_object(${members.map(([name, sql]) => `'${name}', ${sql}`).join(', ')})`,
  jsonMapOf: (name, value) => `json_group_object(${name}, ${value})`,
  jsonOrText: (number, text) => `coalesce(${number}, '${text}')`,
  isTrue: (json, member) => `json_extract(${json}, '$.${member}') = 1`,
  eachOf: (json, name) => `json_each(${json}) AS ${name}`,
  byIndex: (index) => `INDEXED BY ${index}`,
  itemOf: (json, index) => `json_extract(${json}, '$[${index}]')`,
  emptyList: 'json_array()',
  listOfOne: (text) => `json(CASE WHEN ${text} IS NULL THEN '[]' ELSE json_array(${text}) END)`,
  infinity: '9e999',
  byBytes: (text) => text,
  // CAST reads the digits at the start of a text.
  ipv4: (address) => {
    const behindDot = (text: string) => `substr(${text}, instr(${text}, '.') + 1)`;
    const second = behindDot(address);
    const third = behindDot(second);
    const parts = [address, second, third, behindDot(third)];
    return parts.map((part, at) => `CAST(${part} AS INTEGER) * ${256 ** (3 - at)}`).join(' + ');
  },
  timePart: (part, milliseconds) => `strftime('${formats[part]}', ${milliseconds} / 1000, 'unixepoch')`,
};
