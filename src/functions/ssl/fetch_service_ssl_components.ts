import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import {
  lookAtServiceCertificates,
  services,
} from '../../life/driver/service-certificates/look-service-certificates.ts';
import { certificateAnswer, certificateFields } from '../../capabilities/certificates/rules/facts.ts';
import { readServiceCertificate } from '../../capabilities/certificates/rules/service-certificate.ts';

export default defineFunction({
  name: 'fetch_service_ssl_components',
  since: 40,
  summary: 'List the certificates of the server’s own services.',
  description:
    'The services are cpanel (whmapi1d) and those of exim, dovecot and ftp (ProFTPD) that the server has. The response contains their private keys. If ' +
    'whmapi1d was started with --tls-cert, that certificate is shown, and its key is empty.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    services: {
      list: {
        fields: {
          service: { type: 'string', doc: 'The name: cpanel, exim, dovecot or ftp.' },
          service_description: { type: 'string', doc: 'What the service is.' },
          certificate: { type: 'string', doc: 'Its certificate (PEM).' },
          cabundle: { type: 'string', doc: 'The chain of the certificate (PEM), from its issuer on.' },
          key: { type: 'string', doc: 'Its private key (PEM).' },
          certificate_info: { fields: certificateFields, doc: 'What the certificate says.' },
        },
      },
      doc: 'The services.',
    },
  },
  list: 'services',
  columns: ['service', 'service_description'],
  examples: [{ args: {}, doc: 'List them.' }],

  async handler(_args, { machine, warn }) {
    const found = await lookAtServiceCertificates(machine, warn);
    return {
      services: found.flatMap((files) => {
        const { service } = files;
        try {
          const { certificate, issuers, key } = readServiceCertificate(files);
          const cabundle = issuers.map(({ pem }) => pem).join('');
          const certificate_info = certificateAnswer(certificate.facts);
          const about = { service, service_description: services[service] ?? '' };
          return [{ ...about, certificate: certificate.pem, cabundle, key, certificate_info }];
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          warn(`The certificate of “${service}” cannot be read. Install another one.`);
          return [];
        }
      }),
    };
  },
});
