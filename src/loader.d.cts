/** One file of dist/: a source in ASCII, and the V8 code cache behind it where there is one. */
export function pack(source: string, cache?: Buffer): Buffer;
