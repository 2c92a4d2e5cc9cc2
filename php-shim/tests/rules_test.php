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

use mod_lticontainer\local\activities;
use mod_lticontainer\local\host_mapping;
use mod_lticontainer\local\instance;
use mod_lticontainer\local\system_lines;
use mod_lticontainer\local\write_access;
use PHPUnit\Framework\TestCase;

/**
 * Rules that need neither Moodle nor the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class rules_test extends TestCase {
    /** @var string Custom parameters with system lines. */
    private const TEXT = "lms_users=*\r\nlms_sessioninfo=3,17\r\nlms_rpctoken=abc\r\nlms_serverurl=https://m:443\r\nown=1";

    /**
     * The lines that belong to another activity are found, and only those that are dangerous go.
     *
     * @covers \mod_lticontainer\local\system_lines
     */
    public function test_lines_of_another_activity_are_taken_out(): void {
        $this->assertSame(3, system_lines::named_instance(self::TEXT));
        $this->assertFalse(system_lines::are_foreign(self::TEXT, 17));
        $this->assertTrue(system_lines::are_foreign(self::TEXT, 3));
        $left = "lms_users=*\r\nlms_serverurl=https://m:443\r\nown=1";
        $this->assertSame($left, system_lines::without_identity(self::TEXT, 'm'));
        $this->assertSame("lms_users=*\r\nown=1", system_lines::without_identity(self::TEXT, 'moodle.example.org'));
        $this->assertTrue(system_lines::has_any($left));
        $this->assertFalse(system_lines::has_any("lms_users=*\nlms_vol_task=Task\nsessioninfo=1,2"));
    }

    /**
     * Line ends of any kind, and spaces around names, make no difference.
     *
     * @covers \mod_lticontainer\local\system_lines
     */
    public function test_line_ends_and_spaces_make_no_difference(): void {
        $this->assertSame(4, system_lines::named_instance("a=1\nlms_sessioninfo = 4 , 5 \nb=2"));
        $this->assertSame(0, system_lines::named_instance("lms_sessioninfo=four,5\rlms_rpctoken=x"));
        $this->assertSame('a=1', system_lines::without_identity("lms_rpctoken=x\ra=1", 'm'));
    }

    /**
     * Records would also go elsewhere by a token, by the last of several lines, and by the address of another site.
     *
     * @covers \mod_lticontainer\local\system_lines
     */
    public function test_any_line_may_lead_elsewhere(): void {
        $token = fn(int $instance, int $lti) => sprintf('lms_rpctoken=%016x%016x%032x', $instance, $lti, 7);
        $this->assertFalse(system_lines::are_foreign($token(3, 17), 17));
        $this->assertTrue(system_lines::are_foreign($token(3, 17), 18));
        $this->assertTrue(system_lines::are_foreign(self::TEXT . "\r\nLMS_SessionInfo=3,18", 17));
        $this->assertFalse(system_lines::are_foreign(self::TEXT, 17, 'm'));
        $this->assertTrue(system_lines::are_foreign(self::TEXT, 17, 'moodle.example.org'));
        $this->assertFalse(system_lines::are_foreign('lms_serverurl=https://m:443', 17, 'moodle.example.org'));
    }

    /**
     * Tokens of Moodle's web service are told from those of one activity.
     *
     * @covers \mod_lticontainer\local\system_lines
     */
    public function test_old_tokens_are_told_from_new_ones(): void {
        $this->assertTrue(system_lines::has_old_token(self::TEXT));
        $this->assertFalse(system_lines::has_old_token('lms_rpctoken=' . str_repeat('0a', 32)));
        $this->assertFalse(system_lines::has_old_token('lms_rpctoken='));
        $this->assertFalse(system_lines::has_old_token('lms_users=*'));
    }

    /**
     * What is written in the lines of an activity is compared with what is so.
     *
     * @covers \mod_lticontainer\local\system_lines
     */
    public function test_lines_that_are_right_are_known(): void {
        $context = [
            'inst_id' => 3, 'lti_id' => 17, 'course_name' => "C\u{3000}1 ", 'lti_name' => 'a=b', 'launch_container' => 3,
        ];
        $text = self::TEXT . "\r\nlms_course=C\u{3000}1\r\nlms_ltiname=a=b\r\nlms_iframe=1";
        $this->assertTrue(system_lines::are_current($text, $context, 'm'));
        $this->assertFalse(system_lines::are_current($text, $context, 'moodle.example.org'));
        $others = ['inst_id' => 4, 'lti_id' => 18, 'course_name' => 'C', 'lti_name' => '', 'launch_container' => 4];
        foreach ($others as $name => $value) {
            $this->assertFalse(system_lines::are_current($text, [$name => $value] + $context, 'm'), $name);
        }
    }

    /**
     * Hosts are those that the service makes of the same rows.
     *
     * @covers \mod_lticontainer\local\host_mapping
     */
    public function test_names_of_hosts_are_those_of_the_service(): void {
        $cases = json_decode(file_get_contents(__DIR__ . '/fixtures/hosts.json'), true, 512, JSON_THROW_ON_ERROR);
        foreach ($cases as $case) {
            $rows = array_map(fn(array $row) => (object) $row, $case['rows']);
            $this->assertSame($case['names'], array_map('strval', host_mapping::names($rows)));
        }
    }

    /**
     * Hosts of addresses are read with and without a scheme.
     *
     * @covers \mod_lticontainer\local\activities
     */
    public function test_hosts_of_addresses(): void {
        $this->assertSame('hub.example.org', activities::host('HTTPS://Hub.example.org:8000/x'));
        $this->assertSame('hub.example.org', activities::host('hub.example.org/hub'));
        $this->assertSame('', activities::host(''));
        $this->assertSame('', activities::host('http:///'));
    }

    /**
     * Lists of ids hold ids alone.
     *
     * @covers \mod_lticontainer\local\instance
     */
    public function test_lists_of_ids(): void {
        $this->assertSame([3, 17], array_values(instance::ids(' 3,x,,17,-2')));
        $this->assertSame([], instance::ids(''));
        $this->assertSame('3,17', instance::hidden_list([3, 17]));
        $this->assertSame(range(1001, 1266), instance::ids(instance::hidden_list(range(1001, 1999))));
    }

    /**
     * All variables of a form are counted, however they are nested.
     *
     * @covers \mod_lticontainer\local\write_access
     */
    public function test_variables_of_a_form_are_counted(): void {
        $this->assertSame(4, write_access::count_leaves(['a' => '1', 'b' => [['c' => '2', 'd' => '3'], ['c' => '4']]]));
    }
}
