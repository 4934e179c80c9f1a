import type { Dialect, TimePart } from '../../core/dialect.ts';

const formats: Readonly<Record<Exclude<TimePart, 'weekday' | 'day with a space'>, string>> = {
  year: 'YYYY',
  month: 'MM',
  day: 'DD',
  hour: 'HH24',
  minute: 'MI',
  second: 'SS',
};

const time = (milliseconds: string) => `(to_timestamp(${milliseconds} / 1000) AT TIME ZONE 'UTC')`;

export const postgresDialect: Dialect = {
  position: (text, part) => `strpos(${text}, ${part})`,
  jsonListOf: (item, order) =>
    `CAST(coalesce(json_agg(${item}${order === undefined ? '' : ` ORDER BY ${order}`}), '[]') AS TEXT)`,
  jsonObject: (members) =>
    `json_build_object(${members.map(([name, sql]) => `'${name}', ${sql}`).join(', ')})`,
  jsonMapOf: (name, value) => `CAST(json_object_agg(${name}, ${value}) AS TEXT)`,
  jsonOrText: (number, text) => `coalesce(to_json(${number}), to_json(CAST('${text}' AS TEXT)))`,
  isTrue: (json, member) => `CAST(${json} AS JSON) ->> '${member}' = 'true'`,
  eachOf: (json, name) =>
    `json_array_elements_text(CAST(${json} AS JSON)) WITH ORDINALITY AS ${name} (value, key)`,
  byIndex: () => '',
  itemOf: (json, index) => `CAST(${json} AS JSON) ->> ${index}`,
  emptyList: 'json_build_array()',
  listOfOne: (text) => `CASE WHEN ${text} IS NULL THEN json_build_array() ELSE json_build_array(${text}) END`,
  infinity: "CAST('Infinity' AS DOUBLE PRECISION)",
  byBytes: (text) => `(${text}) COLLATE "C"`,
  ipv4: (address) =>
    [1, 2, 3, 4]
      .map((part) => `CAST(split_part(${address}, '.', ${part}) AS BIGINT) * ${256 ** (4 - part)}`)
      .join(' + '),
  numbersAfter: (table) =>
    `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM ${table}), false)`,
  timePart: (part, milliseconds) => {
    if (part === 'weekday') return `CAST(extract(dow FROM ${time(milliseconds)}) AS BIGINT)`;
    if (part === 'day with a space') return `lpad(to_char(${time(milliseconds)}, 'FMDD'), 2, ' ')`;
    return `to_char(${time(milliseconds)}, '${formats[part]}')`;
  },
};
