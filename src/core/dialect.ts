// SQL that differs between databases. All other SQL works in SQLite, PostgreSQL and compatible databases.

/** Fragments of SQL. Every argument is an SQL expression. */
export interface Dialect {
  /** The position of a text in another, counted from 1. 0 if it does not occur. */
  readonly position: (text: string, part: string) => string;
  /** A JSON list, as text, of values of the rows. Its order is `order`, or the order of the rows. */
  readonly jsonListOf: (item: string, order?: string) => string;
  readonly jsonObject: (members: readonly (readonly [name: string, sql: string])[]) => string;
  /** A JSON object, as text, with a member of each row, in the order of the rows. */
  readonly jsonMapOf: (name: string, value: string) => string;
  /** For a member of `jsonObject`: the number, or the text if the number is NULL. */
  readonly jsonOrText: (number: string, text: string) => string;
  /** True if a member of a JSON object, which is a text here, is `true`. */
  readonly isTrue: (json: string, member: string) => string;
  /** For FROM: a row for each text of a JSON list, with its `value` and its index `key`, under an alias. */
  readonly eachOf: (json: string, name: string) => string;
  /** For FROM, after a table: the index that is read. Empty if the database chooses well by itself. */
  readonly byIndex: (index: string) => string;
  /** The item of a JSON list, which is a text here, at an index. NULL if it is null. */
  readonly itemOf: (json: string, index: number) => string;
  /** An empty JSON list, as a JSON value. */
  readonly emptyList: string;
  /** A JSON list of one text, as a JSON value. Empty if the text is NULL. */
  readonly listOfOne: (text: string) => string;
  /** Greater than every number. */
  readonly infinity: string;
  /** For ORDER BY: orders a text by its UTF-8 bytes, and so by code points. */
  readonly byBytes: (text: string) => string;
  /** An IPv4 address as one number. */
  readonly ipv4: (address: string) => string;
  /**
   * A statement that moves the sequence of IDs behind the existing ones, after rows with explicit IDs were inserted.
   * Undefined if the database does this automatically.
   */
  readonly numbersAfter?: (table: string) => string;
  /**
   * Part of a time, which is in milliseconds since 1970, in UTC: two digits (“ 5” for a day below 10), four for a year,
   * 0 to 6 from Sunday for a weekday.
   */
  readonly timePart: (part: TimePart, milliseconds: string) => string;
}

export type TimePart =
  'year' | 'month' | 'day' | 'day with a space' | 'weekday' | 'hour' | 'minute' | 'second';
