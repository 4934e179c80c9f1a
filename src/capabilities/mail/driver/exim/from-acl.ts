// The part of Exim’s rules that says what the header “From” may be, for everybody who hands over a message: other servers,
// logins, programs, and Dovecot. It comes before all rules that look at the header, because they copy it again and again:
// 10,000 addresses in it would take a gigabyte.

/** The bytes of one header with its continuations. A thousand recipients have less. Exim refuses the others itself. */
export const MAX_HEADER = 128 * 1024;
/** The name and the address of a sender have some hundred bytes at most. */
const MAX_FROM = 8000;
const MAX_ADDRESSES = 20;

/** The header as it is: decoded words could look like another address. */
export const FROM_DOMAIN = '${domain:${address:$rh_from:}}';

/**
 * Exim’s expansions see 64 KiB of headers: what comes behind them would pass all rules.
 * @param most the bytes of all headers together. A redirected message has some more than it had when it came.
 * @param code what the reply begins with. Programs get none.
 */
export const refuseHeaders = (most: number, code = ''): string =>
  `  deny  condition = \${if >{\${strlen:$message_headers_raw}}{${most}}}
        message = ${code}The headers of the message are too long.
`;

const TEXT = '\\n$message_headers_raw';
/** Exim does not know a header with a blank, or anything else, before its colon, and mail programs do. */
const HAS_BLANK = `match{${TEXT}}{\\N(?i)\\nFrom[^\\x21-\\x7e]+:\\N}`;
const HAS_SECOND = `match{${TEXT}}{\\N(?is)\\nFrom:.*\\nFrom:\\N}`;
/** @param code what the reply begins with. Programs get none. */
export const checkFrom = (code = ''): string => `  deny  condition = \${if or{{${HAS_BLANK}}{${HAS_SECOND}}}}
        message = ${code}The message should have one header “From”.
  deny  condition = \${if or{{>{\${strlen:$rh_from:}}{${MAX_FROM}}}{match{$rh_from:}{\\N(?:@[^@]*){${MAX_ADDRESSES}}\\N}}}}
        message = ${code}The header “From” is too long.
`;
