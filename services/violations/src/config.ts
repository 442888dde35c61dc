import { ServiceConfig } from '@auditmesh/runtime';

export class ViolationsConfig extends ServiceConfig {}
