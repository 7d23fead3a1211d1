import { STACK_FAULTS } from "../all.ts";
import { testFaults } from "../lane.ts";
import { STACK_ENV } from "./stack.ts";

testFaults(STACK_FAULTS, STACK_ENV);
