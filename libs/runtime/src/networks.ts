import { isIP } from 'node:net';
import { ValidateBy } from 'class-validator';

/** Whether the text is a network such as 10.1.0.0/16 or fd00::/8. */
export function isNetwork(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    rest.length === 0 &&
    /^\d{1,3}$/.test(length) &&
    Number(length) <= (version === 4 ? 32 : 128)
  );
}

/** A list of networks with commas between. */
export const IsNetworks = (): PropertyDecorator =>
  ValidateBy({
    name: 'isNetworks',
    validator: {
      validate: (value) => typeof value === 'string' && value.split(',').every(isNetwork),
      defaultMessage: () => '$property must be a list such as 10.1.0.0/16,fd00::/8',
    },
  });
