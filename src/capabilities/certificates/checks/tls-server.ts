// The API server speaks only current versions of TLS, and only this machine can reach it without TLS.
import { connect } from 'node:tls';
import { note, ok, problem, SHORT_LIMIT_MS, type Check, type Finding } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'TLS',
  order: 280,
  advisor: 'TLS',
  isAdviceOnly: true,

  async run({ servers }) {
    const addresses = servers().flatMap((server) => server.addresses);
    if (addresses.length === 0) {
      return [{ ...note('The API server is not running.'), key: 'TLS_not_checked' }];
    }
    return Promise.all(addresses.map(findingOf));
  },
};

async function findingOf(address: string): Promise<Finding> {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'https:') {
    if (host === '::1' || host.startsWith('127.')) {
      return { ...ok(`Only this server can reach ${address}, which has no TLS.`), key: 'TLS_local' };
    }
    const message = `Passwords are sent to ${address} without encryption. Start the server with TLS.`;
    return { ...problem(message, 'systemctl edit whmapi1d'), key: 'TLS_off' };
  }
  const outdated = await outdatedVersion(host, Number(port || 443));
  if (outdated === undefined) {
    return { ...ok(`${address} speaks no version of TLS before 1.2.`), key: 'TLS_current' };
  }
  const message = `${address} speaks ${outdated}, which is outdated.`;
  return { ...problem(message, 'systemctl restart whmapi1d'), key: 'TLS_outdated' };
}

/** Undefined if the server does not accept one. Its certificate does not matter here. */
function outdatedVersion(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port },
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', rejectUnauthorized: false },
      // OpenSSL no longer offers these versions by default.
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const end = (version?: string) => {
      socket.destroy();
      resolve(version);
    };
    socket.setTimeout(SHORT_LIMIT_MS, () => end());
    socket.on('error', () => end());
    socket.on('secureConnect', () => end(socket.getProtocol() ?? undefined));
  });
}

export default check;
