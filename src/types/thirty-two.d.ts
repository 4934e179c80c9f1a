// thirty-two ships no types.
declare module 'thirty-two' {
  const base32: {
    encode(bytes: Buffer): Buffer;
    /** Decodes any text, even an invalid one: check the alphabet first. */
    decode(text: string): Buffer;
  };
  export default base32;
}
