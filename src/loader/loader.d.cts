/** Packs one file of dist/: a source in ASCII, followed by its V8 code cache if there is one. */
export function pack(source: string, cache?: Buffer): Buffer;

/** Returns the two parts of such a file. */
export function unpack(bytes: Buffer): { source: string; cachedData: Buffer | undefined };
