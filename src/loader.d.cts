/** One file of dist/: a source in ASCII, and the V8 code cache behind it where there is one. */
export function pack(source: string, cache?: Buffer): Buffer;

/** The two parts of such a file. */
export function unpack(bytes: Buffer): { source: string; cachedData: Buffer | undefined };
