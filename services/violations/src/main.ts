import { runService } from '@auditmesh/runtime';
import { service } from './violations.module.js';

await runService(service);
