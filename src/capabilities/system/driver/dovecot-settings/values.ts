// How values look in WHM’s settings of Dovecot, and in Dovecot’s own configuration.

/** A kind of value. */
export interface Form {
  /** For errors: `a number from 1 to 10`. */
  readonly expects: string;
  /** Undefined if the value is not valid. Otherwise how it is stored. */
  readonly accept: (value: string) => string | undefined;
  /** For the configuration of Dovecot. Only letters, digits, spaces and `:!+@=_.-`, so it needs no quotation marks. */
  readonly render: (value: string) => string;
  /** From the output of doveconf. */
  readonly parse: (text: string) => string;
}

/** Dovecot’s own units, of which doveconf prints the largest that fits. */
const SECONDS: Readonly<Record<string, number>> = {
  ...{ msecs: 0.001, secs: 1, mins: 60, hours: 3600, days: 86_400, weeks: 604_800 },
};
const KIBIBYTES: Readonly<Record<string, number>> = {
  ...{ B: 1 / 1024, k: 1, K: 1, M: 1024, G: 1024 ** 2, T: 1024 ** 3 },
};

interface Range {
  readonly min: number;
  readonly max: number;
}

function whole({ min, max }: Range, unit: string): Pick<Form, 'expects' | 'accept'> {
  return {
    expects: `a whole number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`,
    accept(value) {
      if (!/^\d{1,9}$/.test(value)) return undefined;
      const count = Number(value);
      return count >= min && count <= max ? String(count) : undefined;
    },
  };
}

export const count = (range: Range): Form => ({
  ...whole(range, ''),
  render: (value) => value,
  parse: (text) => text,
});

export const seconds = (range: Range): Form => ({
  ...whole(range, 'seconds'),
  render: (value) => `${value} secs`,
  parse: (text) => String(Math.round(amount(text, SECONDS, 'secs'))),
});

export const minutes = (range: Range): Form => ({
  ...whole(range, 'minutes'),
  render: (value) => `${value} mins`,
  parse: (text) => String(Math.round(amount(text, SECONDS, 'secs') / 60)),
});

export const mebibytes = (range: Range): Form => ({
  ...whole(range, 'MiB'),
  render: (value) => `${value} M`,
  parse: (text) => (text === 'unlimited' ? text : String(Math.round(amount(text, KIBIBYTES, 'B') / 1024))),
});

/** With a unit, as WHM stores some sizes: `10M`. A number alone is in MiB. 0 has no unit. */
export const size: Form = {
  expects: 'a size, such as 10M or 512K, or a number of MiB',
  accept(value) {
    const [, digits, unit = 'M'] = /^(\d{1,5})([KMG])?$/i.exec(value) ?? [];
    if (digits === undefined) return undefined;
    return Number(digits) === 0 ? '0' : `${Number(digits)}${unit.toUpperCase()}`;
  },
  render: (value) => value.replace(/(?=[KMG])/, ' '),
  parse: (text) => text.replace(/ /g, '').replace('k', 'K'),
};

export const yesOrNo: Form = {
  expects: 'yes or no',
  accept: (value) => (/^(?:yes|1)$/i.test(value) ? 'yes' : /^(?:no|0)$/i.test(value) ? 'no' : undefined),
  render: (value) => value,
  parse: (text) => text,
};

export const oneOf = (values: readonly string[]): Form => ({
  expects: values.join(' or '),
  accept: (value) => values.find((one) => one.toLowerCase() === value.toLowerCase()),
  render: (value) => value,
  parse: (text) => text,
});

/** Some of these words, with spaces or commas between them. */
export const someOf = (values: readonly string[]): Form => ({
  expects: `one or more of ${values.join(', ')}`,
  accept(value) {
    const words = value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => word !== '');
    if (words.length === 0 || !words.every((word) => values.includes(word))) return undefined;
    return values.filter((one) => words.includes(one)).join(' ');
  },
  render: (value) => value,
  parse: (text) => text,
});

export const ciphers: Form = {
  expects: 'a list of ciphers as in ciphers(1ssl), without spaces',
  accept: (value) => (/^[\w:!+@=.-]{1,2000}$/.test(value) ? value : undefined),
  render: (value) => value,
  parse: (text) => text,
};

/** @param plain the unit of a number without one. */
function amount(text: string, units: Readonly<Record<string, number>>, plain: string): number {
  const [, number = '', unit = plain] = /^(\d+)(?: (\w+))?$/.exec(text) ?? [];
  return Number(number) * (units[unit] ?? Number.NaN);
}
