// What this server sends to others: HTTPS requests to addresses that callers choose, and mail.

export interface OutboundRequest {
  readonly method: 'GET' | 'POST';
  /** `https:`, without a username or a password. It may contain secrets, which no error repeats. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body of the response is cut after this many bytes. */
  readonly maxBytes: number;
  /** For the whole exchange, including the lookup of the name. */
  readonly limitMs: number;
}

export interface OutboundResponse {
  readonly status: number;
  /** The text after the status: `OK`. */
  readonly reason: string;
  /** `HTTP/1.1`. */
  readonly protocol: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As UTF-8. */
  readonly content: string;
  /** True if the body was longer than `maxBytes`. */
  readonly isCut: boolean;
}

export interface MachineOutbound {
  /** The URL of Pushbullet’s API: `https://api.pushbullet.com`. */
  readonly pushbullet: string;
  /**
   * Sends one request. Redirects are not followed. The host's name is looked up once, and the connection goes to an
   * address of that answer. Hosts with an address that is not public are rejected: loopback, private, link-local,
   * shared (RFC 6598), multicast, IPv4 in IPv6 and the like. The administrator can allow networks
   * (`WHMAPI1_OUTBOUND_NETWORKS`).
   * @throws MachineError `not_ours` for such a host or another kind of URL, before any connection; `failed` if there is
   * no response. Messages name the host, but not the rest of the URL.
   */
  send(request: OutboundRequest): Promise<OutboundResponse>;
  /**
   * Looks up a host’s addresses, for a tool that then connects to one of them. @throws MachineError like `send`.
   */
  addressesOf(host: string, limitMs: number): Promise<readonly string[]>;
}

export interface OutboundMail {
  /** The envelope's sender and recipients: valid addresses. */
  readonly from: string;
  readonly to: readonly [string, ...string[]];
  /** The whole message (RFC 5322), with its headers. */
  readonly content: string;
}

/** Hands mail to the mail system of this server, which delivers it. */
export interface MachineMailer {
  /** False if mail is only stored: the directory is `storedIn`. */
  readonly isSupported: boolean;
  readonly storedIn: string | undefined;
  /** @throws MachineError `failed` if the mail system does not accept the message. */
  send(mail: OutboundMail): Promise<void>;
}
