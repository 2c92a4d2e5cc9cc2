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

use mod_lticontainer\local\call_names;
use PHPUnit\Framework\TestCase;

/**
 * Whom the records of a call name, in each form in which the queue may hold them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class call_names_test extends TestCase {
    /**
     * Returns a request as the queue has it.
     *
     * @param string $body Its body.
     * @return string
     */
    private static function passed(string $body): string {
        return json_encode(['script' => '/', 'query' => [], 'type' => 'text/plain', 'body' => base64_encode($body)]);
    }

    /**
     * Calls with records.
     *
     * @return array
     */
    public static function calls(): array {
        $record = ['host' => 'server', 'session' => 's1', 'username' => 'o\'hara+x'];
        $other = ['host' => 'client', 'session' => 's2', 'username' => ''];
        $form = http_build_query(['nb_logs' => [$record, $other]], '', '&');
        $members = "<member><name>session</name>\n<value><string>s1</string></value></member>"
            . '<member><name>username</name><value>o&apos;hara+x</value></member>'
            . '<member><name>session</name><value><string>s2</string></value></member>'
            . '<member><name>username</name><value><string></string></value></member>';
        $xml = "<?xml version='1.0'?><methodCall><params><param><value><struct>$members"
            . '</struct></value></param></params></methodCall>';
        return [
            'JSON' => [json_encode(['nb_logs' => [$record, $other]])],
            'a form' => [self::passed($form)],
            'a form that is not encoded' => [self::passed(str_replace(['%5B', '%5D'], ['[', ']'], $form))],
            'a form with bare signs' => [self::passed("nb_logs[0][tags]=<b>&$form")],
            'XML-RPC' => [self::passed($xml)],
        ];
    }

    /**
     * Names are found.
     *
     * @dataProvider calls
     * @covers \mod_lticontainer\local\call_names
     * @param string $arguments The call.
     */
    public function test_names_are_read(string $arguments): void {
        $names = call_names::of($arguments);
        $this->assertSame(['o\'hara+x'], $names->usernames);
        $this->assertSame(['s1', 's2'], $names->sessions);
        $this->assertTrue($names->are_of('o\'hara+x', []));
        $this->assertFalse($names->are_of('hara', ['s1', 's2']));
    }

    /**
     * Records that name nobody are a person's by their session.
     *
     * @covers \mod_lticontainer\local\call_names
     */
    public function test_a_session_tells_whose_records_are(): void {
        $names = call_names::of(json_encode(['nb_data' => [['session' => 's1', 'username' => 'username'], 'no record']]));
        $this->assertSame([], $names->usernames);
        $this->assertTrue($names->are_of('hanako', ['s0', 's1']));
        $this->assertFalse($names->are_of('hanako', ['s0']));
    }

    /**
     * What can't be read names nobody.
     *
     * @covers \mod_lticontainer\local\call_names
     */
    public function test_what_can_not_be_read_names_nobody(): void {
        foreach (['', 'no JSON', '7', '{"nb_logs": 7}', '{"body": "*"}', self::passed("\xff&=&[username]")] as $arguments) {
            $names = call_names::of($arguments);
            $this->assertSame([[], []], [$names->usernames, $names->sessions]);
        }
    }
}
