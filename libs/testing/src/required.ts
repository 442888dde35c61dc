/** Value of an environment variable that names a server for the tests. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set; run the tests by \`npm run test:int\`, which starts the servers.`);
  return value;
}
