export type JavaServer = 'kafka' | 'registry';
export const pomFile: string;
export function cacheFolder(env: NodeJS.ProcessEnv): string;
export function serverHome(name: JavaServer, env: NodeJS.ProcessEnv): string;
export function isFetched(name: JavaServer, env: NodeJS.ProcessEnv): boolean;
export function javaCommand(env: NodeJS.ProcessEnv): string;
