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
use mod_lticontainer\local\command;
use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_not_configured;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;
use mod_lticontainer\local\response;
use mod_lticontainer\standalone\recorded_transport;
use mod_lticontainer\standalone\strings;
use PHPUnit\Framework\TestCase;

/**
 * What answers mean, those that the service gave when they were recorded and others, and how long is waited.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class client_test extends TestCase {
    /** @var string The address of these tests. */
    private const URL = 'https://example.org/service';

    #[\Override]
    protected function setUp(): void {
        parent::setUp();
        strings::$language = 'en';
    }

    /**
     * Calls a function, and returns what went wrong.
     *
     * @param recorded_transport $transport Gives the answer.
     * @return service_exception
     */
    private function fault(recorded_transport $transport): service_exception {
        try {
            (new client(self::URL, 'token', 5, $transport))->call(command::call('get_hosts'));
        } catch (service_exception $fault) {
            return $fault;
        }
        $this->fail('Nothing went wrong');
    }

    /**
     * Names of exchanges that were recorded.
     *
     * @return array
     */
    public static function exchanges(): array {
        $text = file_get_contents(__DIR__ . '/fixtures/answers.json');
        return array_map(fn($entry) => [$entry], json_decode($text, true, 512, JSON_THROW_ON_ERROR));
    }

    /**
     * What was recorded is asked in the same way, and understood.
     *
     * @dataProvider exchanges
     * @covers \mod_lticontainer\local\client
     * @param array $exchange Function, arguments, answer.
     */
    public function test_what_was_recorded_is_understood(array $exchange): void {
        $answer = $exchange['answer'];
        $type = explode(';', $answer['type'])[0];
        $transport = new recorded_transport([new response($answer['status'], $type, json_encode($answer['json']))]);
        $client = new client(self::URL, 'token', 5, $transport, 'hanako');
        try {
            $result = $client->call(command::call($exchange['function'], $exchange['arguments']));
            $this->assertSame(200, $answer['status']);
            $this->assertSame($answer['json'], $result);
        } catch (service_refused $fault) {
            $this->assertSame($answer['json']['errorcode'], $fault->servicecode);
            $this->assertNotSame('', $fault->sentence());
            $this->assertNotSame('', $fault->remedy());
        }
        $asked = $transport->asked[0];
        $this->assertSame(self::URL . '/api/v1/' . $exchange['function'], $asked['url']);
        $this->assertSame($exchange['arguments'], json_decode($asked['body'], true));
        $this->assertContains('On-Behalf-Of: hanako', $asked['headers']);
    }

    /**
     * Errors that an administrator has to mend have sentences of our own.
     *
     * @covers \mod_lticontainer\local\exception\service_refused
     */
    public function test_refusals_say_what_to_do(): void {
        $sentences = [
            'wrong_token' => "The companion service does not know this site's token.",
            'no_scope' => 'The companion service does not let this site do that.',
            'older_version' => "The companion service is older than this plugin, and can't do that.",
        ];
        foreach ($sentences as $name => $sentence) {
            $fault = $this->fault(new recorded_transport([recorded_transport::recorded($name)]));
            $this->assertSame($sentence, $fault->sentence());
            $this->assertNotSame('', $fault->remedy());
        }
    }

    /**
     * Where the service has a sentence in the reader's language it is taken.
     *
     * @covers \mod_lticontainer\local\exception\service_refused
     */
    public function test_sentences_of_the_service_come_in_the_readers_language(): void {
        $english = $this->fault(new recorded_transport([recorded_transport::recorded('host_unknown')]));
        $recorded = recorded_transport::exchange('host_unknown')['answer']['json']['problems'][0];
        $this->assertSame($recorded['sentence_en'], $english->sentence());
        strings::$language = 'ja';
        $this->assertSame($recorded['sentence_ja'], $english->sentence());
    }

    /**
     * What is no answer of the service, and what is said of it.
     *
     * @return array
     */
    public static function strange_answers(): array {
        return [
            'a login page' => [new response(200, 'text/html', '<html>'), service_unavailable::NONSENSE],
            'half a JSON' => [new response(200, 'application/json', '{"hosts": ['), service_unavailable::NONSENSE],
            'no struct' => [new response(200, 'application/json', '"yes"'), service_unavailable::NONSENSE],
            'a redirect' => [new response(302, 'text/html', ''), service_unavailable::NONSENSE],
            'a limit of requests' => [new response(429, 'text/html', 'Too Many'), service_unavailable::FAILED],
            'a proxy in front' => [new response(502, 'text/html', 'Bad Gateway'), service_unavailable::FAILED],
            'an error' => [new response(500, 'text/plain', 'oops'), service_unavailable::FAILED],
            'a problem without a code' => [new response(500, 'application/problem+json', '{}'), service_unavailable::FAILED],
        ];
    }

    /**
     * What is no answer of the service is named as such.
     *
     * @dataProvider strange_answers
     * @covers \mod_lticontainer\local\client
     * @param response $answer The answer.
     * @param string $reason What is said of it.
     */
    public function test_strange_answers_are_told_apart(response $answer, string $reason): void {
        $fault = $this->fault(new recorded_transport([$answer]));
        $this->assertInstanceOf(service_unavailable::class, $fault);
        $this->assertSame($reason, $fault->reason);
    }

    /**
     * What is refused on the way says nothing of other requests; the page says the same as of any stranger.
     *
     * @covers \mod_lticontainer\local\client
     */
    public function test_what_is_refused_on_the_way_is_told_apart(): void {
        foreach ([404 => 'Not Found', 413 => 'Request Entity Too Large'] as $status => $text) {
            $fault = $this->fault(new recorded_transport([new response($status, 'text/html', "<h1>$text</h1>")]));
            $this->assertInstanceOf(service_refused::class, $fault);
            $this->assertSame(service_refused::ON_THE_WAY, $fault->servicecode);
            $this->assertSame('What answers at the address of the companion service is something else.', $fault->sentence());
            $this->assertSame("HTTP $status, text/html", $fault->detail);
        }
    }

    /**
     * After a call that nobody answered no other is tried on the same page.
     *
     * @covers \mod_lticontainer\local\client
     */
    public function test_a_page_waits_once(): void {
        $slow = new service_unavailable(service_unavailable::SLOW);
        $transport = new recorded_transport([$slow, new response(200, 'application/json', '{}')]);
        $client = new client(self::URL, 'token', 5, $transport);
        foreach ([1, 2, 3] as $unused) {
            try {
                $client->call(command::call('get_hosts'));
                $this->fail('It was tried again');
            } catch (service_unavailable $fault) {
                $this->assertSame(service_unavailable::SLOW, $fault->reason);
            }
        }
        $this->assertCount(1, $transport->asked);
    }

    /**
     * Slow answers share the time of a page.
     *
     * @covers \mod_lticontainer\local\client
     */
    public function test_calls_of_a_page_share_its_time(): void {
        $answers = array_fill(0, 9, new response(200, 'application/json', '{}'));
        $transport = new recorded_transport($answers, 0.1);
        $client = new client(self::URL, 'token', 0.25, $transport);
        $started = microtime(true);
        try {
            foreach ($answers as $unused) {
                $client->call(command::call('get_hosts'));
            }
            $this->fail('There was no limit');
        } catch (service_unavailable $fault) {
            $this->assertSame(service_unavailable::SLOW, $fault->reason);
        }
        $this->assertLessThan(0.5, microtime(true) - $started);
        $this->assertCount(3, $transport->asked);
        $this->assertLessThan(0.1, $transport->asked[2]['seconds']);
    }

    /**
     * In the background each call has its own time, and failures do not add up.
     *
     * @covers \mod_lticontainer\local\client
     */
    public function test_in_the_background_each_call_has_its_time(): void {
        $down = new service_unavailable(service_unavailable::DOWN);
        $transport = new recorded_transport([$down, new response(200, 'application/json', '{"hosts":[]}')]);
        $client = new client(self::URL, 'token', 5, $transport, '', false);
        try {
            $client->call(command::call('get_hosts'));
            $this->fail('It was down');
        } catch (service_unavailable $fault) {
            $this->assertSame(service_unavailable::DOWN, $fault->reason);
        }
        $this->assertSame(['hosts' => []], $client->call(command::call('get_hosts')));
        $this->assertSame([5.0, 5.0], array_column($transport->asked, 'seconds'));
    }

    /**
     * Without an address or a token nothing is sent.
     *
     * @covers \mod_lticontainer\local\client
     */
    public function test_without_settings_nothing_is_sent(): void {
        foreach ([['', 'token'], [self::URL, '']] as [$url, $token]) {
            $transport = new recorded_transport([]);
            try {
                (new client($url, $token, 5, $transport))->call(command::call('get_hosts'));
                $this->fail('It was sent');
            } catch (service_not_configured $fault) {
                $this->assertSame('The companion service is not set up yet.', $fault->sentence());
            }
            $this->assertSame([], $transport->asked);
        }
    }
}
