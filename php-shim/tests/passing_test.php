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

use mod_lticontainer\local\client;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;
use mod_lticontainer\local\passing;
use mod_lticontainer\local\response;
use mod_lticontainer\standalone\recorded_transport;
use PHPUnit\Framework\TestCase;

/**
 * Which answers to a request that is handed on mean that the service has done with it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class passing_test extends TestCase {
    /** @var string How XML of REST begins. */
    private const REST = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";

    /** @var string How XML of XML-RPC begins. */
    private const XMLRPC = "<?xml version='1.0'?>\n<methodResponse>\n";

    /**
     * Hands records on, and returns why the service has not done with them.
     *
     * @param int $status HTTP status of the answer.
     * @param string $type Its content type.
     * @param string $body Its body.
     * @return service_exception|null
     */
    private function fault(int $status, string $type, string $body): ?service_exception {
        $query = ['wsfunction' => 'mod_lticontainer_write_nblogs', 'wstoken' => 't'];
        $kept = ['script' => '/webservice/rest/server.php', 'query' => $query, 'type' => 'text/plain', 'body' => ''];
        $transport = new recorded_transport([new response($status, $type, $body)]);
        try {
            passing::send_again($kept, new client('https://example.org', 'token', 5, $transport));
        } catch (service_exception $fault) {
            return $fault;
        }
        return null;
    }

    /**
     * Returns an error of XML-RPC.
     *
     * @param string $code Its code.
     * @return string
     */
    private static function xmlrpc(string $code): string {
        $number = "<member>\n<name>faultCode</name>\n<value><int>-32001</int></value>\n</member>\n";
        $text = "<member>\n<name>faultString</name>\n<value><string>$code: no</string></value>\n</member>\n";
        return self::XMLRPC . "<fault>\n<value><struct>\n$number$text</struct></value>\n</fault>\n</methodResponse>\n";
    }

    /**
     * Returns an error of REST.
     *
     * @param string $code Its code.
     * @return string
     */
    private static function rest(string $code): string {
        $class = 'core\exception\moodle_exception';
        $lines = ["<EXCEPTION class=\"$class\">", "<ERRORCODE>$code</ERRORCODE>", '<MESSAGE>no</MESSAGE>', '</EXCEPTION>'];
        return self::REST . implode("\n", $lines) . "\n";
    }

    /**
     * Answers after which the records are the service's, or are not wanted.
     *
     * @return array
     */
    public static function done(): array {
        $params = "<params>\n<param>\n<value><struct>\n</struct></value>\n</param>\n</params>\n";
        return [
            'stored, in JSON' => ['application/json', '[]'],
            'stored, in XML' => ['application/xml', self::REST . "<RESPONSE>\n<SINGLE>\n</SINGLE>\n</RESPONSE>\n"],
            'stored, in XML-RPC' => ['text/xml', self::XMLRPC . "$params</methodResponse>\n"],
            'rejected, in JSON' => ['application/json', '{"exception":"x","errorcode":"recordrejected"}'],
            'rejected, in XML' => ['application/xml', self::rest('recordrejected')],
            'rejected, in XML-RPC' => ['text/xml', self::xmlrpc('recordrejected')],
        ];
    }

    /**
     * What the service says of records is the end of it.
     *
     * @dataProvider done
     * @covers \mod_lticontainer\local\passing
     * @param string $type Content type.
     * @param string $body The body.
     */
    public function test_the_service_has_done_with_records(string $type, string $body): void {
        $this->assertNull($this->fault(200, $type, $body));
    }

    /**
     * Answers that name the reason why the service has not taken records.
     *
     * @return array
     */
    public static function refusals(): array {
        $answers = ['refused on the way' => [413, 'text/html', '<h1>Too large</h1>', service_refused::ON_THE_WAY]];
        foreach (['rejectlimit', 'internalerror', 'requesttoolarge', 'busy', 'sitemaintenance', 'serviceunavailable'] as $code) {
            $answers["$code, in JSON"] = [200, 'application/json', "{\"errorcode\":\"$code\"}", $code];
            $answers["$code, in XML"] = [200, 'application/xml', self::rest($code), $code];
            $answers["$code, in XML-RPC"] = [200, 'text/xml', self::xmlrpc($code), $code];
        }
        return $answers;
    }

    /**
     * The queue hears which reason it is: some hold for these records alone.
     *
     * @dataProvider refusals
     * @covers \mod_lticontainer\local\passing
     * @param int $status HTTP status.
     * @param string $type Content type.
     * @param string $body The body.
     * @param string $code The reason.
     */
    public function test_the_reason_is_told(int $status, string $type, string $body, string $code): void {
        $fault = $this->fault($status, $type, $body);
        $this->assertInstanceOf(service_refused::class, $fault);
        $this->assertSame($code, $fault->servicecode);
    }

    /**
     * What the service refuses and does not keep is told as well: somebody has to hear of it.
     *
     * @covers \mod_lticontainer\local\passing
     */
    public function test_what_the_service_does_not_keep_is_told(): void {
        $codes = ['accessexception' => 'accessexception', 'invalidtoken' => passing::FORMER_TOKEN];
        foreach ($codes as $said => $code) {
            foreach (['text/xml' => self::xmlrpc($said), 'application/xml' => self::rest($said)] as $type => $body) {
                $fault = $this->fault(200, $type, $body);
                $this->assertInstanceOf(service_refused::class, $fault);
                $this->assertSame($code, $fault->servicecode);
            }
        }
    }

    /**
     * What is no request can't be sent.
     *
     * @covers \mod_lticontainer\local\passing
     */
    public function test_what_is_no_request_is_found(): void {
        $this->expectException(\UnexpectedValueException::class);
        passing::send_again(['script' => '/'], new client('https://example.org', 'token', 5, new recorded_transport([])));
    }

    /**
     * Answers that the service doesn't give.
     *
     * @return array
     */
    public static function strangers(): array {
        $nonsense = service_unavailable::NONSENSE;
        return [
            'a page' => [200, 'text/html', '<!DOCTYPE html><title>Log in</title>', $nonsense],
            'a page that looks empty' => [200, 'text/html', '[]', $nonsense],
            'nothing' => [200, '', '', $nonsense],
            'nothing, as JSON' => [200, 'application/json', '', $nonsense],
            'half' => [200, 'application/json', '{"errorcode":"recordrej', $nonsense],
            'half, as XML' => [200, 'application/xml', self::REST . '<RESPONSE>', $nonsense],
            'another JSON' => [200, 'application/json', '{"ok":true}', $nonsense],
            'another code' => [200, 'application/json', '{"errorcode":"teapot"}', $nonsense],
            'another XML' => [200, 'text/xml', self::REST . '<rss></rss>', $nonsense],
            'a page in XML' => [200, 'text/xml', self::REST . '<p><ERRORCODE>invalidtoken</ERRORCODE></p>', $nonsense],
            'a redirect' => [302, 'text/html', '', $nonsense],
            'a gateway' => [502, 'text/html', '<h1>Bad Gateway</h1>', service_unavailable::FAILED],
            'a failure that looks empty' => [500, 'application/json', '[]', service_unavailable::FAILED],
        ];
    }

    /**
     * What is not the service's answer takes no records.
     *
     * @dataProvider strangers
     * @covers \mod_lticontainer\local\passing
     * @param int $status HTTP status.
     * @param string $type Content type.
     * @param string $body The body.
     * @param string $reason What is thought of it.
     */
    public function test_nobody_else_takes_records(int $status, string $type, string $body, string $reason): void {
        $fault = $this->fault($status, $type, $body);
        $this->assertInstanceOf(service_unavailable::class, $fault);
        $this->assertSame($reason, $fault->reason);
    }
}
