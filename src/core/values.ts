// The values an answer is made of. WHM API 1 has no booleans on the wire: a flag is 1 or 0.

/** What JSON arguments (`--input=json`, JSON bodies) may hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What an answer may hold. */
export type Value = string | number | null | Value[] | { [key: string]: Value };

/** A hash of an answer, keys in the order in which they are printed (YAML sorts them). */
export type Hash = Record<string, Value>;

export function isHash(value: Value | undefined): value is Hash {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
