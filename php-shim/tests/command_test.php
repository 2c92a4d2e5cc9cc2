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

use JsonException;
use mod_lticontainer\local\command;
use PHPUnit\Framework\TestCase;

/**
 * What requests look like before they are sent.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class command_test extends TestCase {
    /** @var string The token of these tests. */
    private const TOKEN = 'secret-token';

    /**
     * A function is posted to its short name below the address of the service.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_a_function_is_posted(): void {
        $command = command::call('get_hosts');
        $this->assertSame('POST', $command->method());
        $this->assertSame('https://example.org/service/api/v1/get_hosts', $command->url('https://example.org/service/'));
        $this->assertSame('{}', $command->body());
    }

    /**
     * The token stands in a header, and nowhere else.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_the_token_is_in_no_url(): void {
        foreach ([command::call('get_hosts', ['host' => 'a']), command::download('volumes/archive', ['host' => 'a'])] as $command) {
            $this->assertContains('Authorization: Bearer ' . self::TOKEN, $command->headers(self::TOKEN));
            $this->assertStringNotContainsString(self::TOKEN, $command->url('https://example.org') . $command->body());
        }
    }

    /**
     * The person for whom a call is made is named, and can forge no header.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_nobody_can_forge_a_header(): void {
        $headers = command::call('get_hosts')->headers(self::TOKEN, "hanako\r\nX-Forged: 1");
        $this->assertContains('On-Behalf-Of: hanakoX-Forged: 1', $headers);
        $this->assertNotContains('On-Behalf-Of: ', command::call('get_hosts')->headers(self::TOKEN));
    }

    /**
     * Lists, structs, numbers and texts keep their kinds.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_arguments_keep_their_kinds(): void {
        $arguments = ['list' => [], 'struct' => (object) [], 'float' => 1.0, 'text' => '演習 </b> "x"', 'number' => 7];
        $expected = '{"list":[],"struct":{},"float":1.0,"text":"演習 </b> \"x\"","number":7}';
        $this->assertSame($expected, command::call('any', $arguments)->body());
    }

    /**
     * What is no UTF-8 is not sent as something else.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_broken_text_is_an_error(): void {
        $this->expectException(JsonException::class);
        command::call('any', ['text' => "\xff"])->body();
    }

    /**
     * A name can't lead to another path, and a query can't be extended.
     *
     * @covers \mod_lticontainer\local\command
     */
    public function test_names_and_values_are_encoded(): void {
        $this->assertSame('https://e.org/api/v1/a%3Fb%23c', command::call('a?b#c')->url('https://e.org'));
        $download = command::download('volumes/archive', ['name' => 'a&b=c', 'lti_ids' => [1, 2], 'bom' => true]);
        $expected = 'https://e.org/api/v1/volumes/archive?name=a%26b%3Dc&lti_ids=1&lti_ids=2&bom=true';
        $this->assertSame($expected, $download->url('https://e.org'));
        $this->assertSame(['GET', ''], [$download->method(), $download->body()]);
    }
}
