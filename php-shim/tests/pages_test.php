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

use mod_lticontainer\local\activity;
use mod_lticontainer\local\answer;
use mod_lticontainer\local\parameters;
use mod_lticontainer\local\review;
use mod_lticontainer\local\revision;
use mod_lticontainer\standalone\strings;
use PHPUnit\Framework\TestCase;

/**
 * Rules of the pages that need neither Moodle nor the service.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class pages_test extends TestCase {
    /**
     * What an answer lacks, or has in another kind, is empty.
     *
     * @covers \mod_lticontainer\local\answer
     */
    public function test_an_answer_of_another_shape_is_empty(): void {
        $answer = new answer(['volumes' => 7, 'name' => ['x'], 'rows' => [['a' => 1], 'b', null], 'ok' => 'true', 'n' => '12']);
        $this->assertSame([], $answer->rows('volumes'));
        $this->assertSame('', $answer->text('name'));
        $this->assertSame('', $answer->text('missing'));
        $this->assertCount(1, $answer->rows('rows'));
        $this->assertFalse($answer->flag('ok'));
        $this->assertSame(12, $answer->number('n'));
        $this->assertFalse($answer->has_items('volumes'));
        $this->assertTrue($answer->has_text('volumes'));
    }

    /**
     * Sentences come in the language of the reader.
     *
     * @covers \mod_lticontainer\local\answer
     */
    public function test_sentences_are_in_the_readers_language(): void {
        $answer = new answer(['sentence_en' => 'Gone.', 'sentence_ja' => '削除しました。']);
        $this->assertSame('Gone.', $answer->worded('sentence'));
        $before = strings::$language;
        strings::$language = 'ja';
        $this->assertSame('削除しました。', $answer->worded('sentence'));
        strings::$language = $before;
    }

    /**
     * What the form was filled with comes back as the same struct, with the lines that it does not show.
     *
     * @covers \mod_lticontainer\local\parameters
     */
    public function test_an_untouched_form_gives_the_same_struct(): void {
        $stored = [
            'users' => '*', 'teachers' => 'teacher', 'image' => 'a : b', 'cpulimit' => '0.5', 'memlimit' => '1,024',
            'actlimit' => '0', 'defurl' => '/lab',
            'volumes' => [
                ['role' => 'task', 'name' => 'my_task', 'link' => '-Task', 'users' => '', 'close' => ''],
                ['role' => 'submit', 'name' => 'report1', 'link' => '.', 'users' => 'student1', 'close' => '1700000059'],
            ],
            'others' => [['colour', 'blue=green'], ['', 'no name']],
        ];
        $parameters = new parameters(new answer($stored));
        $form = (object) $parameters->to_form();
        // The form knows no seconds, and has an empty row at its end.
        $form->close[1] = 1700000040;
        $form->volume[2] = ['role' => 'task', 'name' => ' ', 'link' => '', 'users' => 'x'];
        $this->assertSame(2, $parameters->count_volumes());
        $this->assertEquals($stored, $parameters->from_form($form));
    }

    /**
     * A closing time that was changed, taken away, or is of another kind of volume.
     *
     * @covers \mod_lticontainer\local\parameters
     */
    public function test_closing_times(): void {
        $volume = ['role' => 'submit', 'name' => 'report1', 'link' => 'Report', 'users' => '', 'close' => '1700000059'];
        $parameters = new parameters(new answer(['volumes' => [$volume]]));
        $form = (object) $parameters->to_form();
        $form->close[0] = 1700003640;
        $this->assertSame('1700003640', $parameters->from_form($form)['volumes'][0]['close']);
        $form->close[0] = 0;
        $this->assertSame('', $parameters->from_form($form)['volumes'][0]['close']);
        $form->close[0] = 1700003640;
        $form->volume[0]['role'] = 'task';
        $this->assertSame('', $parameters->from_form($form)['volumes'][0]['close']);
    }

    /**
     * A review is saved where nothing is wrong and something changes; its fingerprint is that of exactly these texts.
     *
     * @covers \mod_lticontainer\local\review
     * @covers \mod_lticontainer\local\revision
     */
    public function test_what_may_be_saved(): void {
        $good = $this->review('lms_cpulimit=1', 'lms_cpulimit=2');
        $this->assertTrue($good->may_be_saved());
        $this->assertFalse($this->review('lms_cpulimit=1', 'lms_cpulimit=1')->may_be_saved());
        $this->assertFalse($this->review('lms_cpulimit=1', '')->may_be_saved());
        $this->assertFalse($this->review('lms_cpulimit=1', 'lms_cpulimit=2', 'error')->may_be_saved());
        $this->assertTrue($this->review('lms_cpulimit=1', 'lms_cpulimit=2', 'warning')->may_be_saved());
        $this->assertSame($good->fingerprint(), $this->review('lms_cpulimit=1', 'lms_cpulimit=2')->fingerprint());
        $this->assertNotSame($good->fingerprint(), $this->review('lms_cpulimit=3', 'lms_cpulimit=2')->fingerprint());
        $this->assertNotSame($good->fingerprint(), $this->review('lms_cpulimit=1', "lms_cpulimit=2\xff")->fingerprint());
    }

    /**
     * Makes a review of one activity.
     *
     * @param string $old Its text.
     * @param string $new The new one.
     * @param string $severity Severity of a finding; empty: there is none.
     * @return review
     */
    private function review(string $old, string $new, string $severity = ''): review {
        $activity = new activity(7, 2, 40, 'Python 1', $old, 3, 'hub.example.org', 'https://hub.example.org', true);
        $findings = $severity === '' ? [] : [new answer(['severity' => $severity])];
        return new review([new revision($activity, $new, $findings, [], [])]);
    }
}
