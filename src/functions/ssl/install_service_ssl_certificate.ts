import { installServiceCertificate } from '../../life/plans/install-service-certificate.ts';
import { defineFunction } from '../../core/define.ts';
import {
  lookBeforeChange,
  serviceNames,
  services,
} from '../../life/driver/service-certificates/look-service-certificates.ts';
import { checkCertificate } from '../../capabilities/certificates/rules/checked.ts';
import { isCovered } from '../../capabilities/certificates/rules/domains.ts';
import { certificateAnswer, certificateFields } from '../../capabilities/certificates/rules/facts.ts';
import {
  bundleText,
  certificateText,
  EXAMPLE_CERTIFICATE,
  EXAMPLE_KEY,
  keyText,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';

export default defineFunction({
  name: 'install_service_ssl_certificate',
  since: 40,
  summary: 'Install a certificate for one of the server’s own services.',
  description:
    'The certificate, its key and its chain are checked first. whmapi1d (cpanel) uses the new certificate for new ' +
    'connections at once, and closes none; it keeps it over restarts, and sethostname no longer replaces it. Dovecot is ' +
    'reloaded if it is running; without a certificate of its own, it uses that of exim. Exim and ProFTPD use the new one ' +
    'for new connections, and no longer follow that of whmapi1d. At the names of accounts, mail services use the ' +
    'certificates of their sites. A certificate that whmapi1d was started with (--tls-cert) takes precedence: the call then fails.',
  access: 'root',
  effect: 'operates',
  params: {
    crt: { ...certificateText, ...maskedWithKey('crt'), required: true },
    key: { ...keyText, required: true },
    service: {
      type: 'string',
      required: true,
      values: serviceNames,
      doc: 'The service: cpanel (whmapi1d), exim, dovecot or ftp (ProFTPD), if the server has it.',
    },
    cabundle: { ...bundleText, ...maskedWithKey('cabundle'), default: '' },
  },
  returns: {
    service: { type: 'string', doc: 'The service.' },
    service_description: { type: 'string', doc: 'What the service is.' },
    certificate: { type: 'string', doc: 'The certificate (PEM).' },
    cabundle: { type: 'string', doc: 'The chain that is installed with it (PEM).' },
    certificate_info: { fields: certificateFields, doc: 'What the certificate says.' },
  },
  examples: [
    {
      args: { service: 'cpanel', crt: EXAMPLE_CERTIFICATE, key: EXAMPLE_KEY },
      doc: 'Install a certificate for whmapi1d. With files: --file crt=cert.pem --file key=key.pem --file cabundle=chain.pem.',
      fails: 'bad_param',
    },
  ],

  look: ({ service }, { machine }) => lookBeforeChange(machine, service),

  async handler({ crt, key: keyGiven, service, cabundle }, { plan, warn, now, system }, before) {
    const given = { crt, key: keyGiven, cab: cabundle, bundleParam: 'cabundle' };
    const { certificate, issuers, key, warnings } = checkCertificate(given, now());
    for (const warning of warnings) warn(warning);
    const hostname = system.hostname().toLowerCase();
    if (!isCovered(hostname, certificate.facts.domains)) {
      warn(`The certificate does not name the hostname of this server, “${hostname}”.`);
    }
    const chain = issuers.map(({ pem }) => pem).join('');
    plan(installServiceCertificate({ pem: `${key.pem}${certificate.pem}${chain}`, before }));
    return {
      service,
      service_description: services[service] ?? '',
      certificate: certificate.pem,
      cabundle: chain,
      certificate_info: certificateAnswer(certificate.facts),
    };
  },
});
