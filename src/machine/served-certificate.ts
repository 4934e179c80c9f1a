// Which certificate a server of this machine serves.
import { connect } from 'node:tls';

const LIMIT_MS = 5000;

/**
 * SHA-256 of the certificate: pairs of hexadecimal digits with colons between them. Undefined if nothing answers.
 * @param address `https://0.0.0.0:2087`.
 */
export function servedFingerprint(address: string): Promise<string | undefined> {
  const { hostname, port } = new URL(address);
  const name = hostname.replace(/^\[|\]$/g, '');
  const host = name === '0.0.0.0' ? '127.0.0.1' : name === '::' ? '::1' : name;
  return new Promise((resolve) => {
    // It is the certificate itself that is compared.
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false });
    const end = (fingerprint?: string) => {
      socket.destroy();
      resolve(fingerprint);
    };
    socket.setTimeout(LIMIT_MS, () => end());
    socket.on('error', () => end());
    socket.on('secureConnect', () => end(socket.getPeerX509Certificate()?.fingerprint256));
  });
}
