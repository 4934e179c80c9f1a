// Says which parts of a sandbox are imitations, so that nobody takes its findings for those of a server.
import { note, ok, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Sandbox',
  order: 5,
  run: ({ isSandbox }) =>
    Promise.resolve([
      isSandbox
        ? note(
            'This is a sandbox. Its users, crontabs, quotas and firewall are imitations, ' +
              'and no daemon runs: the configuration of Apache, PHP-FPM, Exim, Dovecot and ProFTPD is only written to files. ' +
              'The command below starts BIND, MariaDB and PostgreSQL for it, if they are installed.',
            'whmapi1 --sandbox-services',
          )
        : ok('Accounts are users of this server. It is not a sandbox.'),
    ]),
};
export default check;
