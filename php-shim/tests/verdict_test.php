<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer;

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_not_configured;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;
use mod_lticontainer\local\passing;
use mod_lticontainer\local\verdict;
use PHPUnit\Framework\TestCase;

/**
 * What a fault means for a call that waits, and for those behind it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class verdict_test extends TestCase {
    /**
     * Codes of the service, with what they mean for a call of the site's own and for a request that is handed on.
     *
     * @return array
     */
    public static function codes(): array {
        return [
            ['recordrejected', verdict::DONE, verdict::DONE],
            ['invalidparameter', verdict::DONE, verdict::DONE],
            ['malformedrequest', verdict::DONE, verdict::DONE],
            ['serviceunavailable', verdict::AWAY, verdict::AWAY],
            ['sitemaintenance', verdict::AWAY, verdict::AWAY],
            ['busy', verdict::AWAY, verdict::AWAY],
            ['rejectlimit', verdict::ALONE, verdict::ALONE],
            ['internalerror', verdict::ALONE, verdict::ALONE],
            ['requesttoolarge', verdict::ALONE, verdict::ALONE],
            ['invalidtoken', verdict::SHUT, verdict::ALONE],
            ['accessexception', verdict::SHUT, verdict::NEVER],
            ['invalidrecord', verdict::SHUT, verdict::NEVER],
            [passing::FORMER_TOKEN, verdict::SHUT, verdict::NEVER],
            [service_refused::ON_THE_WAY, verdict::UNCLEAR, verdict::UNCLEAR],
        ];
    }

    /**
     * Each code is judged.
     *
     * @dataProvider codes
     * @covers \mod_lticontainer\local\verdict
     * @param string $code The code.
     * @param verdict $own For a call of the site's own.
     * @param verdict $passed For a request that is handed on.
     */
    public function test_a_refusal_is_judged(string $code, verdict $own, verdict $passed): void {
        $fault = new service_refused($code, 'Title');
        $this->assertSame([$own, $passed], [verdict::of($fault, false), verdict::of($fault, true)]);
    }

    /**
     * Faults of the way to the service.
     *
     * @return array
     */
    public static function faults(): array {
        return [
            [new service_not_configured(), verdict::AWAY],
            [new service_unavailable(service_unavailable::DOWN), verdict::AWAY],
            [new service_unavailable(service_unavailable::UNRESOLVED), verdict::AWAY],
            [new service_unavailable(service_unavailable::UNTRUSTED), verdict::AWAY],
            [new service_unavailable(service_unavailable::SLOW), verdict::UNCLEAR],
            [new service_unavailable(service_unavailable::FAILED), verdict::UNCLEAR],
            [new service_unavailable(service_unavailable::NONSENSE), verdict::UNCLEAR],
        ];
    }

    /**
     * What the service may have seen may be the fault of what was sent.
     *
     * @dataProvider faults
     * @covers \mod_lticontainer\local\verdict
     * @param service_exception $fault The fault.
     * @param verdict $verdict What it means.
     */
    public function test_a_fault_on_the_way_is_judged(service_exception $fault, verdict $verdict): void {
        $this->assertSame([$verdict, $verdict], [verdict::of($fault, false), verdict::of($fault, true)]);
    }
}
