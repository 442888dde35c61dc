import { runService } from '@auditmesh/runtime';
import { service } from './secret-access.module.js';

await runService(service);
