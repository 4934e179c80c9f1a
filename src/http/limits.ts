// What a stranger may take of the server: time, memory, and turns. man/whmapi1d.8 lists them for administrators.

export const limits = {
  /** Bytes of a request’s body. */
  bodyLimit: 1_048_576,
  /** A client that sends slower than this is cut off (408). */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  /** A client that makes no progress in reading an answer for this long is cut off. */
  writeTimeout: 30_000,
  handshakeTimeout: 10_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
  /** How often the server looks for clients that take too long. */
  connectionsCheckingInterval: 5000,
  maxConnections: 1024,
  /** Further connections of an address get a 503, and from twice as many they are closed at once. */
  connectionsPerAddress: 64,
  /** Requests of one connection that wait while an earlier one is answered (pipelining). */
  waitingPerConnection: 16,
  /** An address whose connections send this many beyond that, within `floodMs`, gets no connection for `punishmentMs`. */
  flood: 64,
  floodMs: 10_000,
  punishmentMs: 60_000,
  /** Requests that are worked on at a time. The others wait, and addresses take turns. */
  requestsPerAddress: 32,
  requests: 256,
  /** Passwords that are checked at a time; of each address one. Each check takes a core for a while, on purpose. */
  passwordChecks: 2,
};

export type Limits = typeof limits;
