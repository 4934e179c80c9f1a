// What of a sandbox is an imitation, so that nobody takes its findings for those of a server.
import { note, ok, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Sandbox',
  order: 5,
  run: ({ isSandbox }) =>
    Promise.resolve([
      isSandbox
        ? note(
            'Accounts are no users of the operating system. Their users, crontabs, quotas and the firewall are imitations, ' +
              'and no daemon runs: what would configure Apache, PHP-FPM, Exim, Dovecot and ProFTPD is only written to files. ' +
              'This starts BIND, MariaDB and PostgreSQL for the sandbox, if they are installed.',
            'whmapi1 --sandbox-services',
          )
        : ok('This is no sandbox: accounts are users of this server.'),
    ]),
};
export default check;
