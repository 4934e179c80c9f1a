// The values in a response. WHM API 1 has no booleans on the wire: a flag is 1 or 0.

/** The values that JSON arguments (`--input=json`, JSON bodies) can contain. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The values that a response can contain. */
export type Value = string | number | null | Value[] | { [key: string]: Value };

/** A hash in a response. Its keys are in the order in which they are printed, except in YAML, which sorts them. */
export type Hash = Record<string, Value>;

export function isHash(value: Value | undefined): value is Hash {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
