// Bytes in the JSON that goes into and out of a throw-away machine.

/** For JSON.stringify, which calls it with what Buffer.toJSON returns. */
export function encoded(_name: string, value: unknown): unknown {
  const isBuffer = (value as { type?: unknown } | null)?.type === 'Buffer';
  const bytes = isBuffer ? (value as { data: number[] }).data : value;
  return isBuffer || value instanceof Uint8Array
    ? { base64: Buffer.from(bytes as Uint8Array).toString('base64') }
    : value;
}

/** For JSON.parse. */
export function decoded(_name: string, value: unknown): unknown {
  const { base64 } = (value ?? {}) as { base64?: unknown };
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : value;
}
